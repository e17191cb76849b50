-- plan_left_alone: users who are not in scope tonight and stay all the same: held, protected, ignored, within the days
-- of grace, rejected, or absent when absence is no evidence. Their profile, teams and links stay as they are.
create temporary table plan_left_alone on commit drop as
select
    planned.entra_id,
    planned.user_id,
    planned.action = 'rejected' as is_rejected
from plan_user as planned
where
    planned.user_id is not null
    and planned.old_status <> 'deactivated'
    and not planned.is_active
    and not (planned.action = 'deactivate' and planned.hold is null);

alter table plan_left_alone add primary key (user_id);
analyze plan_left_alone;
