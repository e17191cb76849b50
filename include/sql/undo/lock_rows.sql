-- lock_rows: until commit nobody else changes a row that the undo compares with what the run wrote.
select count(*) as users
from (
    select app_user.id from peoplegoal.app_user as app_user
    inner join undo_setting as setting on app_user.account_id = setting.account_id
    where
        app_user.id in (
            select change.user_id from sync.change as change
            where change.run_id = setting.undoes and change.status = 'applied' and change.entity = 'user'
        )
    order by app_user.id
    for update of app_user
) as locked;

select count(*) as profiles
from (
    select profile.user_id from peoplegoal.profile as profile
    inner join undo_setting as setting on profile.account_id = setting.account_id
    where
        profile.user_id in (
            select change.user_id from sync.change as change
            where change.run_id = setting.undoes and change.status = 'applied' and change.entity = 'profile'
        )
    order by profile.user_id
    for update of profile
) as locked;

select count(*) as teams
from (
    select team.id from peoplegoal.team as team
    inner join undo_setting as setting on team.account_id = setting.account_id
    where
        team.id in (
            select change.team_id from sync.change as change
            where change.run_id = setting.undoes and change.status = 'applied'
        )
    order by team.id
    for update of team
) as locked;

select count(*) as members
from (
    select member.user_id from peoplegoal.team_member as member
    inner join undo_setting as setting on member.account_id = setting.account_id
    where
        (member.team_id, member.user_id) in (
            select
                change.team_id,
                change.user_id
            from sync.change as change
            where change.run_id = setting.undoes and change.status = 'applied' and change.entity = 'team_member'
        )
    order by member.team_id, member.user_id
    for update of member
) as locked;
