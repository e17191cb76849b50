-- stage: what one undo is about, for its transaction. Sorts stay in memory, short plans uncompiled.
select
    set_config('jit', 'off', true),
    set_config('work_mem', '64MB', true);

create temporary table undo_setting (
    account_id bigint not null,
    -- The undo's own run, and the run that it takes back.
    run_id bigint not null,
    undoes bigint not null,
    dry_run boolean not null
) on commit drop;
