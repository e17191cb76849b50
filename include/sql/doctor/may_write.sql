-- may_write: how many tables there are, how many of them the role may not write, and whether the server is read-only.
select
    count(*) as tables,
    count(*) filter (
        where not (
            has_schema_privilege(namespace.oid, 'usage')
            and has_table_privilege(class.oid, 'select')
            and has_table_privilege(class.oid, 'insert')
            and has_table_privilege(class.oid, 'update')
            and has_table_privilege(class.oid, 'delete')
        )
    ) as refused,
    pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as read_only
from pg_class as class
inner join pg_namespace as namespace on class.relnamespace = namespace.oid
where namespace.nspname in ('peoplegoal', 'sync') and class.relkind = 'r';
