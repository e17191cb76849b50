-- 0008_history: which day a run stands for, and how many people an account had on each day.
alter table sync.run add column day date;

create index run_by_day on sync.run (account_id, day desc, id desc) where day is not null;

create table sync.headcount (
    account_id bigint not null references peoplegoal.account (id),
    date date not null,
    department text not null,
    active integer not null,
    joiners integer not null,
    leavers integer not null,
    movers_in integer not null,
    movers_out integer not null,
    primary key (account_id, date, department)
);

comment on column sync.run.day is 'The day of the curated tables, in the account''s time zone';
comment on table sync.headcount is 'People of the directory in scope per day and department, from the curated tables';
comment on column sync.headcount.department is 'Empty text: people without one';
comment on column sync.headcount.joiners is 'In scope on this day and not on the day before that is kept';
comment on column sync.headcount.movers_in is 'Were there the day before in another department';
