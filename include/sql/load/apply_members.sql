-- apply_members: plan_member -> peoplegoal.team_member: gone, another role, new.
delete from peoplegoal.team_member
using plan_member as planned, plan_team as team, stage_setting as setting
where
    team_member.account_id = setting.account_id
    and planned.action = 'remove'
    and planned.hold is null
    and planned.team_key = team.team_key
    and team_member.team_id = team.team_id
    and team_member.user_id = planned.user_id;

update peoplegoal.team_member
set role = planned.new_role
from plan_member as planned, plan_team as team, stage_setting as setting
where
    team_member.account_id = setting.account_id
    and planned.action = 'update'
    and planned.team_key = team.team_key
    and team_member.team_id = team.team_id
    and team_member.user_id = planned.user_id;

insert into peoplegoal.team_member (team_id, user_id, account_id, role)
select
    team.team_id,
    app_user.id,
    setting.account_id,
    planned.new_role
from plan_member as planned
cross join stage_setting as setting
inner join plan_team as team on planned.team_key = team.team_key
inner join peoplegoal.app_user as app_user
    on planned.entra_id = app_user.entra_id and app_user.account_id = setting.account_id
where planned.action = 'add'
order by team.team_id, app_user.id;
