-- record_changes: undo_value -> sync.change of the undo's own run: what went back, in the order of the run's changes.
insert into sync.change (run_id, seq, entity, action, user_id, team_id, entra_id, label, fields, status)
select
    setting.run_id,
    row_number() over (order by back.seq) as seq,
    back.entity,
    case
        when back.entity = 'user' and back.status = 'deactivated' then 'deactivate'
        when back.entity = 'team' and back.status = 'archived' then 'archive'
        when back.status is not null then 'reactivate'
        when back.entra_id_given is not null then 'link'
        when back.entity = 'team_member' and back.role is null then 'remove'
        when back.entity = 'team_member' and back.is_new_member then 'add'
        else 'update'
    end as action,
    back.user_id,
    back.team_id,
    back.entra_id,
    back.label,
    back.fields
    || case
        when back.entity = 'user' and back.status = 'deactivated'
            then jsonb_build_object('reason', jsonb_build_array(null, 'undo:' || setting.undoes))
        when back.entity = 'team_member' and back.role is null
            then jsonb_build_object('team', jsonb_build_array(team.name, null))
        when back.entity = 'team_member' and back.is_new_member
            then jsonb_build_object('team', jsonb_build_array(null, team.name))
        else '{}'
    end as fields,
    case when setting.dry_run then 'dry_run' else 'applied' end as status
from (
    select
        seq,
        entity,
        user_id,
        team_id,
        entra_id,
        label,
        jsonb_object_agg(name, jsonb_build_array(new, old)) as fields,
        min(was #>> '{}') filter (where name = 'status') as status,
        min(was #>> '{}') filter (where name = 'entra_id') as entra_id_given,
        min(was #>> '{}') filter (where name = 'role') as role,
        bool_and(new = 'null') as is_new_member
    from undo_value
    where verdict = 'back'
    group by seq, entity, user_id, team_id, entra_id, label
) as back
cross join undo_setting as setting
left join peoplegoal.team as team on back.entity = 'team_member' and back.team_id = team.id;
