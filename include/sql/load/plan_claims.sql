-- plan_claims: who would have which address after tonight -> plan_claim; moving: its person has another one today.
create temporary table plan_claim on commit drop as
select
    planned.entra_id,
    planned.user_id,
    planned.email,
    (planned.action in ('create', 'reactivate') or (planned.email is distinct from planned.old_email)) as is_moving
from plan_user as planned
where planned.is_active and planned.email is not null
union all
select
    app_user.entra_id,
    app_user.id as user_id,
    app_user.email,
    false as is_moving
from peoplegoal.app_user as app_user
inner join stage_setting as setting on app_user.account_id = setting.account_id
left join plan_user as planned on app_user.id = planned.user_id
where
    app_user.status <> 'deactivated'
    and app_user.email is not null
    and (
        planned.entra_id is null
        or not (planned.is_active or (planned.action = 'deactivate' and planned.hold is null))
    );

create index on plan_claim (email);
analyze plan_claim;
