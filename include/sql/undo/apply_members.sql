-- apply_members: undo_value -> peoplegoal.team_member: out again, the role of before, in again.
delete from peoplegoal.team_member
using undo_value as value, undo_setting as setting
where
    team_member.account_id = setting.account_id
    and value.entity = 'team_member'
    and value.verdict = 'back'
    and value.was = 'null'
    and team_member.team_id = value.team_id
    and team_member.user_id = value.user_id;

update peoplegoal.team_member
set role = value.was #>> '{}'
from undo_value as value, undo_setting as setting
where
    team_member.account_id = setting.account_id
    and value.entity = 'team_member'
    and value.verdict = 'back'
    and value.was <> 'null'
    and team_member.team_id = value.team_id
    and team_member.user_id = value.user_id;

insert into peoplegoal.team_member (team_id, user_id, account_id, role)
select
    value.team_id,
    value.user_id,
    setting.account_id,
    value.was #>> '{}'
from undo_value as value
cross join undo_setting as setting
where value.entity = 'team_member' and value.verdict = 'back' and value.new = 'null'
order by value.team_id, value.user_id;
