-- team: the name of the team that the person led, which has their name in it.
update peoplegoal.team
set name = %(team_name)s, description = null, email = null, updated_at = clock_timestamp()
where
    account_id = %(account_id)s
    and kind = 'manager'
    and entra_id = %(entra_id)s
    and (name, description, email) is distinct from (%(team_name)s, null, null);
