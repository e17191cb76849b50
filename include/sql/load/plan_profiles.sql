-- plan_profiles: staged against present values -> plan_profile: one row per person whose profile is new or differs.
-- A profile that is there keeps its seeded fields in any case, and its uncleared ones where the directory has none.
create temporary table plan_profile on commit drop as
with paired as (
    select
        planned.entra_id,
        planned.user_id,
        planned.label,
        profile.user_id is null as is_new,
        staged.manager_entra_id is not null and boss.entra_id is null
        and not (profile.user_id is not null and 'manager' = any(setting.seeded)) as is_manager_missing,
        -- Managers and custom fields are compared as fields like the others: manager by object id, custom.<key>.
        coalesce(to_jsonb(profile), '{}') || old_custom.fields || jsonb_build_object(
            'manager', coalesce(coalesce(old_boss_plan.entra_id, old_boss.entra_id)::text, 'user:' || old_boss.id)
        ) as old_values,
        (
            (to_jsonb(staged) - setting.unowned - array['entra_id', 'email', 'manager_entra_id', 'custom_fields'])
            || new_custom.fields
            || case
                when 'manager_entra_id' = any(setting.unowned) then '{}'
                when kept.user_id is not null and kept.manager_entra_id is null then '{}'
                else jsonb_build_object('manager', coalesce(boss.entra_id, kept.manager_entra_id)::text)
            end
        ) - case when profile.user_id is null then '{}' else setting.seeded end as new_values
    from plan_user as planned
    cross join stage_setting as setting
    inner join stage_profile as staged on planned.entra_id = staged.entra_id
    left join peoplegoal.profile as profile
        on planned.user_id = profile.user_id and profile.account_id = setting.account_id
    left join peoplegoal.app_user as old_boss
        on profile.manager_id = old_boss.id and old_boss.account_id = setting.account_id
    left join plan_user as old_boss_plan on old_boss.id = old_boss_plan.user_id
    left join plan_user as boss on staged.manager_entra_id = boss.entra_id and boss.is_active
    left join plan_kept_manager as kept on planned.user_id = kept.user_id and not kept.is_circle
    cross join
        lateral (
            -- JSON can spell the character that PostgreSQL cannot store.
            select
                case
                    when strpos(given.text, '\u0000') > 0
                        then regexp_replace(given.text, '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g')
                    else given.text
                end::jsonb as custom_fields
            from (values (coalesce(staged.custom_fields, '{}'))) as given (text)
        ) as clean
    cross join
        lateral (
            select coalesce(jsonb_object_agg('custom.' || each.key, each.value), '{}') as fields
            from jsonb_each(coalesce(profile.custom_fields, '{}')) as each
        ) as old_custom
    cross join
        lateral (
            select coalesce(jsonb_object_agg('custom.' || each.key, each.value), '{}') as fields
            from jsonb_each(clean.custom_fields) as each
        ) as new_custom
    where
        planned.is_active
        -- Most people are the same as yesterday: they are not taken apart field by field.
        and (
            profile.user_id is null
            or boss.action = 'create'
            or coalesce(boss.user_id, kept.manager_id) is distinct from profile.manager_id
            or (staged.manager_entra_id is not null and boss.entra_id is null)
            or jsonb_strip_nulls(profile.custom_fields || clean.custom_fields)
            <> jsonb_strip_nulls(profile.custom_fields)
            or (
                profile.first_name, profile.last_name, profile.display_name, profile.job_title,
                profile.department, profile.company, profile.office, profile.city, profile.state,
                profile.country, profile.mobile_phone, profile.work_phone, profile.employee_id,
                profile.employee_type, profile.hire_date, profile.preferred_language
            ) is distinct from (
                staged.first_name, staged.last_name, staged.display_name, staged.job_title, staged.department,
                staged.company, staged.office, staged.city, staged.state, staged.country, staged.mobile_phone,
                staged.work_phone, staged.employee_id, staged.employee_type, staged.hire_date,
                staged.preferred_language
            )
        )
)

select
    paired.entra_id,
    paired.user_id,
    paired.label,
    paired.is_new,
    paired.is_manager_missing,
    difference.*
from paired
cross join stage_setting as setting
cross join
    lateral (
        select
            jsonb_object_agg(
                each.key, jsonb_build_array(coalesce(paired.old_values -> each.key, 'null'), each.value)
            ) as fields,
            coalesce(
                jsonb_object_agg(each.key, each.value)
                filter (where each.key <> 'manager' and not starts_with(each.key, 'custom.')),
                '{}'
            ) as new_columns,
            coalesce(
                jsonb_object_agg(substr(each.key, 8), each.value)
                filter (where starts_with(each.key, 'custom.') and each.value <> 'null'),
                '{}'
            ) as custom_set,
            coalesce(
                array_agg(substr(each.key, 8)) filter (where starts_with(each.key, 'custom.') and each.value = 'null'),
                '{}'
            ) as custom_cleared
        from jsonb_each(paired.new_values) as each
        where
            coalesce(paired.old_values -> each.key, 'null') <> each.value
            and not (each.value = 'null' and each.key = any(setting.uncleared))
    ) as difference
where paired.is_new or difference.fields is not null or paired.is_manager_missing;

analyze plan_profile;
