-- mark_restored: where the run that is taken back is an undo itself: what that one had reverted is applied again, what
-- it had restored is reverted again, and so on back to the sync. Only changes that went back as a whole.
with recursive chain (run_id, undoes, depth) as (
    select
        run.id,
        run.undoes,
        0
    from sync.run as run
    inner join undo_setting as setting on run.id = setting.undoes
    union all
    select
        run.id,
        run.undoes,
        chain.depth + 1
    from sync.run as run
    inner join chain on run.id = chain.undoes
),

back as (
    select
        entity,
        user_id,
        team_id,
        array_agg(name) as names
    from undo_value
    where verdict = 'back'
    group by entity, user_id, team_id
)

update sync.change
set status = case when chain.depth % 2 = 1 then 'applied' else 'reverted' end
from chain
cross join back
where
    chain.depth > 0
    and change.run_id = chain.run_id
    and change.status in ('applied', 'reverted')
    and coalesce(change.user_id, 0) = coalesce(back.user_id, 0)
    and coalesce(change.team_id, 0) = coalesce(back.team_id, 0)
    and case
        when change.entity in ('user', 'team') and change.action = 'create'
            then back.entity = change.entity and 'status' = any(back.names)
        -- A new profile goes with its user.
        when
            change.entity = 'profile' and change.action = 'create' and exists (
                select 1 from sync.change as made
                where
                    made.run_id = change.run_id
                    and made.user_id = change.user_id
                    and made.entity = 'user'
                    and made.action = 'create'
            )
            then back.entity = 'user' and 'status' = any(back.names)
        else
            back.entity = change.entity
            and array(select jsonb_object_keys(change.fields - array['reason', 'team'])) <@ back.names
    end;
