-- Roles and databases of a new server: Airflow's own, Celery's results, PeopleGoal's with its owner, who migrates, and the
-- logins of nights and page, which may do less (docs/security.md). Run once by the PostgreSQL image.
-- psql reads the passwords out of the secrets: no process shows them.
\set airflow_password `cat /run/secrets/airflow_database_password`
\set celery_password `cat /run/secrets/celery_database_password`
\set peoplegoal_password `cat /run/secrets/peoplegoal_database_password`
\set nights_password `cat /run/secrets/nights_database_password`
\set page_password `cat /run/secrets/page_database_password`
create role airflow login password :'airflow_password';
create role celery login password :'celery_password';
create role peoplegoal login password :'peoplegoal_password';
create role peoplegoal_sync nologin;
create role peoplegoal_page nologin;
create role directory_nights login password :'nights_password' in role peoplegoal_sync;
create role directory_page login password :'page_password' in role peoplegoal_page;
create database airflow owner airflow;
create database celery owner celery;
create database peoplegoal owner peoplegoal;
-- Each role sees its own database only; entra-sync migrate gives nights and page what they need of PeopleGoal's.
revoke connect on database airflow, celery, peoplegoal, postgres from public;
