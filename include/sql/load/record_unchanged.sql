-- record_unchanged: people and teams of the snapshot that were in PeopleGoal already, and that no change tells of.
update sync.run
set users_unchanged = people.unchanged, teams_unchanged = teams.unchanged
from (
    select count(*) as unchanged from plan_user as planned
    where
        planned.action = 'keep'
        and planned.new_email is not distinct from planned.old_email
        and not exists (
            select 1 from plan_profile as profile
            where profile.entra_id = planned.entra_id and (profile.is_new or profile.fields is not null)
        )
) as people
cross join (
    select count(*) as unchanged from plan_team as planned
    where
        planned.action = 'keep'
        and not exists (
            select 1 from plan_member as member
            where member.team_key = planned.team_key and member.action = 'update'
        )
) as teams
where run.id = %(run_id)s;
