-- 0013_notices: who was told what, so that a retry does not tell twice; and the nights that quarantine left out.
create table sync.notice (
    id bigint generated always as identity primary key,
    account_id bigint not null references peoplegoal.account (id),
    receiver text not null,
    kind text not null constraint notice_kind check (
        kind in ('failed', 'quarantined', 'recovered', 'held', 'expiry', 'weekly')
    ),
    key text not null,
    run_id bigint,
    told_at timestamptz not null
);

create index notice_by_receiver on sync.notice (account_id, receiver, told_at);

create table sync.skipped_night (
    account_id bigint not null references peoplegoal.account (id),
    dag_run_id text not null,
    reason text not null,
    skipped_at timestamptz not null,
    primary key (account_id, dag_run_id)
);

comment on table sync.notice is 'What each receiver was told of an account; written after it was sent';
comment on column sync.notice.receiver is 'Airflow connection id';
comment on column sync.notice.key is
'failed: issue code; quarantined, recovered: run; held: decisions; expiry: credential and days; weekly: ISO week';
comment on column sync.notice.run_id is 'The run that it tells of, as long as that is kept; no foreign key';
comment on table sync.skipped_night is 'Scheduled nights that did nothing because the account is in quarantine';
