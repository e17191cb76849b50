-- 0018_retention: who was forgotten when somebody asked for it, and which runs keep their numbers without names.
create table sync.forgotten (
    account_id bigint not null references peoplegoal.account (id),
    entra_id uuid not null,
    asked_at timestamptz not null,
    asked_by text not null,
    finished_at timestamptz,
    primary key (account_id, entra_id)
);

alter table sync.run add column swept_at timestamptz;

create index run_to_sweep on sync.run (account_id, started_at) where swept_at is null;

comment on table sync.forgotten is 'People whose data were erased; of them later snapshots keep the object id alone';
comment on column sync.forgotten.entra_id is 'All that is kept of the person: what was erased stays erased';
comment on column sync.forgotten.asked_by is 'Who erased, as the operating system or Airflow names them';
comment on column sync.forgotten.finished_at is 'Null: not all is erased yet; the next maintenance goes on';
comment on column sync.run.swept_at is 'When retention deleted changes, issues and checks; counters stay';
