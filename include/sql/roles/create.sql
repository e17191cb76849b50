-- create: the two roles, which log in nobody: a login becomes a member of one. Again changes nothing.
do $$
begin
    if not exists (select 1 from pg_roles where rolname = 'peoplegoal_sync') then
        create role peoplegoal_sync nologin;
    end if;
    if not exists (select 1 from pg_roles where rolname = 'peoplegoal_page') then
        create role peoplegoal_page nologin;
    end if;
end
$$;
