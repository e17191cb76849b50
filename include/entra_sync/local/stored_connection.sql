-- stored_connection: one row when the metadata database of Airflow holds a connection of this id.
select 1
from connection
where conn_id = %(connection_id)s
