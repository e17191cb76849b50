-- ensure_account: the account's row, made if it is not there. An unchanged row is not written.
insert into peoplegoal.account (slug, name)
values (%(slug)s, %(name)s)
on conflict (slug) do update set name = excluded.name where peoplegoal.account.name <> excluded.name;
