-- ask: write down that somebody is to be forgotten; asked again it begins again, for somebody who was back meanwhile.
insert into sync.forgotten as known (account_id, entra_id, asked_at, asked_by)
values (%(account_id)s, %(entra_id)s, clock_timestamp(), %(by)s)
on conflict (account_id, entra_id) do update
    set asked_at = excluded.asked_at, asked_by = excluded.asked_by, finished_at = null;
