-- plan_numbers: what the guards ask about the plan.
select
    setting.population,
    setting.is_empty,
    setting.no_groups,
    setting.complete,
    count(*) filter (where planned.action = 'deactivate' and planned.hold is null) as deactivations,
    count(*) filter (where planned.action = 'create' and planned.hold is null) as creations
from stage_setting as setting
left join plan_user as planned on true
group by setting.population, setting.is_empty, setting.no_groups, setting.complete;
