-- plan_references: managers and leads as the run's changes name them -> undo_reference: which user each of them is.
-- An object id that the run itself gave or took still means the same person.
create temporary table undo_reference on commit drop as
with named as (
    select distinct
        unnest(array[
            change.fields #>> '{manager,0}',
            change.fields #>> '{manager,1}',
            change.fields #>> '{lead,0}',
            change.fields #>> '{lead,1}'
        ]) as reference
    from sync.change as change
    inner join undo_setting as setting on change.run_id = setting.undoes
    where change.entity in ('profile', 'team') and change.status = 'applied'
),

parted as (
    select
        reference,
        case when not starts_with(reference, 'user:') then reference::uuid end as entra_id,
        case when starts_with(reference, 'user:') then substr(reference, 6)::bigint end as user_id
    from named
    where reference is not null
)

select
    parted.reference,
    coalesce(app_user.id, linked.user_id) as user_id
from parted
cross join undo_setting as setting
left join sync.change as linked
    on
        linked.run_id = setting.undoes
        and linked.entity = 'user'
        and linked.fields ? 'entra_id'
        and linked.entra_id = parted.entra_id
left join peoplegoal.app_user as app_user
    on
        app_user.account_id = setting.account_id
        and (app_user.id = parted.user_id or app_user.entra_id = parted.entra_id);

create unique index on undo_reference (reference);
analyze undo_reference;
