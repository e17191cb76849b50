-- 0007_leavers: people whose days of grace run, and managers who stand in for one that left.
create table sync.leaver (
    account_id bigint not null references peoplegoal.account (id),
    user_id bigint not null,
    since timestamptz not null,
    primary key (account_id, user_id),
    constraint leaver_user foreign key (account_id, user_id) references peoplegoal.app_user (account_id, id)
);

create table sync.stand_in (
    account_id bigint not null references peoplegoal.account (id),
    user_id bigint not null,
    leaver_id bigint not null,
    manager_id bigint not null,
    primary key (account_id, user_id),
    constraint stand_in_user foreign key (account_id, user_id) references peoplegoal.app_user (account_id, id),
    constraint stand_in_leaver foreign key (account_id, leaver_id) references peoplegoal.app_user (account_id, id),
    constraint stand_in_manager foreign key (account_id, manager_id) references peoplegoal.app_user (account_id, id)
);

comment on table sync.leaver is 'People who are to leave when the account''s days of grace are over';
comment on column sync.leaver.since is 'When the directory was first seen without them, disabled or out of scope';
comment on table sync.stand_in is 'Reports of a leaver who were given the leaver''s own manager';
