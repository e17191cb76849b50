-- mark_reverted: the run's changes of which nothing stands any more; a new profile goes with its user.
with kept as (
    select distinct
        seq,
        entity,
        action,
        user_id
    from undo_value
    where verdict in ('changed', 'taken', 'gone')
)

update sync.change
set status = 'reverted'
from undo_setting as setting
where
    change.run_id = setting.undoes
    and change.status = 'applied'
    and change.seq not in (select kept.seq from kept)
    and not (
        change.entity = 'profile'
        and change.action = 'create'
        and change.user_id in (
            select kept.user_id from kept
            where kept.entity = 'user' and kept.action = 'create'
        )
    );
