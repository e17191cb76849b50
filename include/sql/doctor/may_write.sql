-- may_write: how many tables there are, of how many the role may not write or not even read, whether it has the rights
-- of peoplegoal_sync, and whether the server is read-only.
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
    count(*) filter (
        where not (has_schema_privilege(namespace.oid, 'usage') and has_table_privilege(class.oid, 'select'))
        -- PeopleGoal may have more tables than the sync knows.
        and (
            namespace.nspname = 'sync'
            or class.relname in ('account', 'app_user', 'profile', 'team', 'team_member')
        )
    ) as unread,
    coalesce((
        select pg_has_role(role.oid, 'usage') from pg_roles as role
        where role.rolname = 'peoplegoal_sync'
    ), false) as is_sync,
    pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as read_only
from pg_class as class
inner join pg_namespace as namespace on class.relnamespace = namespace.oid
where namespace.nspname in ('peoplegoal', 'sync') and class.relkind = 'r';
