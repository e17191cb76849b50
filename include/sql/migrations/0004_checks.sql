-- 0004_checks: what a run's checks asked and found, and the measures that later nights are compared with.
alter table sync.run add column checks_uri text;

create table sync."check" (
    run_id bigint not null references sync.run (id) on delete cascade,
    seq integer not null,
    code text not null,
    tbl text not null,
    field text,
    severity text not null constraint check_severity check (severity in ('block', 'reject', 'warn', 'ignore')),
    ok boolean not null,
    rows bigint not null,
    failed bigint not null,
    expected text not null,
    engine text not null,
    primary key (run_id, seq)
);

create table sync.measure (
    run_id bigint not null references sync.run (id) on delete cascade,
    name text not null,
    value double precision not null,
    primary key (run_id, name)
);

comment on column sync.run.checks_uri is 'Folder of what validate found; data_docs/index.html in it shows every check';
comment on table sync."check" is 'Every check that a run was held against, passed or not';
comment on column sync."check".field is 'A column of the table or a mapped field; null: the table as a whole';
comment on column sync."check".severity is 'What a failure is for the account: block, reject (the row), warn, ignore';
comment on column sync."check".rows is 'How many rows were asked about; failed: how many of them break it';
comment on table sync.measure is 'Sizes and shares of one run; complete: 1 when all of the tenant was read';
comment on column sync.measure.name is
'complete; rows.users, rows.groups, rows.memberships; in_scope (people); nulls.<field> (share from 0 to 1)';
