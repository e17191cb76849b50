-- apply_teams: undo_value -> peoplegoal.team: name, description, address, lead and status of before the run.
update peoplegoal.team
set
    (name, description, email, status) = (
        select
            old.name,
            old.description,
            old.email,
            old.status
        from jsonb_populate_record(team, back.columns) as old
    ),
    lead_id = case when back.has_lead then back.lead_id else team.lead_id end,
    updated_at = now()
from undo_setting as setting, (
    select
        team_id,
        coalesce(jsonb_object_agg(name, was) filter (where name <> 'lead'), '{}') as columns,
        count(*) filter (where name = 'lead') > 0 as has_lead,
        min(was #>> '{}') filter (where name = 'lead')::bigint as lead_id
    from undo_value
    where entity = 'team' and verdict = 'back'
    group by team_id
) as back
where team.account_id = setting.account_id and team.id = back.team_id;
