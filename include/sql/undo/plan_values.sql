-- plan_values: each value that the run wrote beside the present one -> undo_value; managers and leads by user id.
-- verdict: back (it is as the run left it: it goes back), already (it is as before the run), changed (somebody
-- changed it since: it stays). settle adds: taken (somebody else has the address), gone (what was before is not there).
create temporary table undo_value on commit drop as
with wrote as (
    select
        change.seq,
        change.entity,
        change.action,
        change.user_id,
        change.team_id,
        change.entra_id,
        change.label,
        case
            when change.entity = 'user' and change.action = 'create'
                then '{"status": ["deactivated", "ready_to_invite"]}'
            when change.entity = 'team' and change.action = 'create' then '{"status": ["archived", "active"]}'
            else change.fields - array['reason', 'team']
        end as fields
    from sync.change as change
    inner join undo_setting as setting on change.run_id = setting.undoes
    left join sync.change as made
        on
            change.entity = 'profile'
            and change.action = 'create'
            and change.run_id = made.run_id
            and change.user_id = made.user_id
            and made.entity = 'user'
            and made.action = 'create'
    -- The profile of a user whom the run created stays: the user is deactivated, and nobody is deleted.
    where change.status = 'applied' and made.run_id is null
),

paired as (
    select
        wrote.*,
        case wrote.entity
            -- A new user whose object id is another one by now is somebody else. Who was forgotten does not come back.
            when 'user'
                then
                    case
                        when
                            (wrote.action <> 'create' or app_user.entra_id = wrote.entra_id)
                            and forgotten.entra_id is null
                            then to_jsonb(app_user)
                    end
            when 'profile'
                then to_jsonb(profile) || custom.fields || jsonb_build_object('manager', profile.manager_id)
            when 'team' then to_jsonb(team) || jsonb_build_object('lead', team.lead_id)
            when 'team_member' then jsonb_build_object('role', member.role)
        end as present
    from wrote
    cross join undo_setting as setting
    left join peoplegoal.app_user as app_user
        on wrote.entity = 'user' and wrote.user_id = app_user.id and app_user.account_id = setting.account_id
    left join sync.forgotten as forgotten
        on
            wrote.entity = 'user'
            and setting.account_id = forgotten.account_id
            and wrote.entra_id = forgotten.entra_id
            and app_user.status = 'deactivated'
    left join peoplegoal.profile as profile
        on wrote.entity = 'profile' and wrote.user_id = profile.user_id and profile.account_id = setting.account_id
    left join peoplegoal.team as team
        on wrote.entity = 'team' and wrote.team_id = team.id and team.account_id = setting.account_id
    left join peoplegoal.team_member as member
        on
            wrote.entity = 'team_member'
            and wrote.team_id = member.team_id
            and wrote.user_id = member.user_id
            and member.account_id = setting.account_id
    cross join lateral (
        select coalesce(jsonb_object_agg('custom.' || each.key, each.value), '{}') as fields
        from jsonb_each(coalesce(profile.custom_fields, '{}')) as each
    ) as custom
),

valued as (
    select
        paired.*,
        each.key as name,
        each.value -> 0 as old,
        each.value -> 1 as new,
        coalesce(paired.present -> each.key, 'null') as current,
        each.key in ('manager', 'lead') as is_reference
    from paired
    cross join lateral jsonb_each(paired.fields) as each
    -- An erasure leaves the names of fields.
    where each.value <> '[null, null]'
),

resolved as (
    select
        valued.*,
        case when valued.is_reference then coalesce(to_jsonb(before.user_id), 'null') else valued.old end as was,
        case when valued.is_reference then coalesce(to_jsonb(after.user_id), 'null') else valued.new end as became
    from valued
    left join undo_reference as before on valued.is_reference and valued.old #>> '{}' = before.reference
    left join undo_reference as after on valued.is_reference and valued.new #>> '{}' = after.reference
)

select
    seq,
    entity,
    action,
    user_id,
    team_id,
    entra_id,
    label,
    name,
    old,
    new,
    was,
    case
        when present is null then 'changed'
        when current = became then 'back'
        when current = was then 'already'
        else 'changed'
    end as verdict
from resolved;

create index on undo_value (seq);
analyze undo_value;
