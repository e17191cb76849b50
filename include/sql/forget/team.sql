-- team: the name of the team that the person led, which has their name in it.
update peoplegoal.team as team
set name = %(team_name)s, description = null, email = null, updated_at = clock_timestamp()
where
    team.account_id = %(account_id)s
    and team.kind = 'manager'
    and team.entra_id = %(entra_id)s
    and (team.name, team.description, team.email) is distinct from (%(team_name)s, null, null)
    and not exists (
        select 1 from peoplegoal.app_user as app_user
        where
            app_user.account_id = %(account_id)s
            and app_user.entra_id = %(entra_id)s
            and app_user.status <> 'deactivated'
    );
