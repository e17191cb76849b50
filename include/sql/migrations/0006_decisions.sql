-- 0006_decisions: what a run withheld because a limit was reached, and what people decided about it.
create table sync.decision (
    id bigint generated always as identity primary key,
    account_id bigint not null references peoplegoal.account (id),
    run_id bigint not null,
    kind text not null constraint decision_kind check (
        kind in ('too_many_deactivations', 'too_many_creations', 'too_much_team_loss')
    ),
    fingerprint text not null,
    items integer not null,
    population integer not null,
    over text not null,
    status text not null default 'open' constraint decision_status check (
        status in ('open', 'approved', 'rejected', 'expired', 'superseded', 'applied')
    ),
    asked_at timestamptz not null default now(),
    expires_at timestamptz not null,
    asked_in text,
    answered_at timestamptz,
    answered_by text,
    applied_run_id bigint,
    constraint decision_of_account unique (account_id, id),
    constraint decision_run foreign key (account_id, run_id) references sync.run (account_id, id) on delete cascade
);

-- One question, or one approval that waits for its run, per account and kind.
create unique index decision_waiting on sync.decision (account_id, kind) where status in ('open', 'approved');
create index decision_newest on sync.decision (account_id, kind, id desc);
create index decision_of_run on sync.decision (account_id, run_id);

alter table sync.change add column decision_id bigint;

create index change_by_decision on sync.change (decision_id) where decision_id is not null;

comment on table sync.decision is 'A question to a person: may what a limit withheld be done, once';
comment on column sync.decision.run_id is 'The run that asked';
comment on column sync.decision.fingerprint is 'Hash of exactly what was withheld; another set is another question';
comment on column sync.decision.items is 'How many people (or memberships of teams) are withheld';
comment on column sync.decision.population is 'Of how many: people not deactivated, or members of the teams concerned';
comment on column sync.decision.over is 'The limit that was reached, in words';
comment on column sync.decision.status is
'open; approved: waits for the run that applies it; applied; rejected; expired: nobody answered in time, which means no;
superseded: the plan changed before it was answered or applied';
comment on column sync.decision.asked_in is 'The run of entra_sync_decisions that asks; null until one does';
comment on column sync.decision.answered_by is 'Who decided, as Airflow or the operating system names them';
comment on column sync.change.decision_id is 'The question that a held change waits for';
