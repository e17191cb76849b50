-- read_settings: what stands above the rows of the plan.
select
    population,
    is_empty,
    no_groups,
    complete
from stage_setting;
