-- Roles and databases of a new server: Airflow's own, Celery's results, PeopleGoal's. Run once by the PostgreSQL image.
-- psql reads the passwords out of the secrets: no process shows them.
\set airflow_password `cat /run/secrets/airflow_database_password`
\set celery_password `cat /run/secrets/celery_database_password`
\set peoplegoal_password `cat /run/secrets/peoplegoal_database_password`
create role airflow login password :'airflow_password';
create role celery login password :'celery_password';
create role peoplegoal login password :'peoplegoal_password';
create database airflow owner airflow;
create database celery owner celery;
create database peoplegoal owner peoplegoal;
-- Each role sees its own database only.
revoke connect on database airflow, celery, peoplegoal, postgres from public;
