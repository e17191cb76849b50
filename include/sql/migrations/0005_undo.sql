-- 0005_undo: which run an undo takes back.
alter table sync.run
add column undoes bigint constraint run_undoes references sync.run (id) on delete set null;

create index run_by_undoes on sync.run (undoes) where undoes is not null;

comment on column sync.run.undoes is 'The run that this one takes back; null for a sync';
