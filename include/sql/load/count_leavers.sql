-- count_leavers: how many people would be deactivated, of how many, and exactly who and why, as a fingerprint.
select
    setting.population,
    count(planned.entra_id) as items,
    encode(
        sha256(
            convert_to(
                coalesce(
                    string_agg(
                        concat_ws(' ', planned.entra_id, planned.state, planned.reason), e'\n'
                        order by planned.entra_id
                    ),
                    ''
                ),
                'UTF8'
            )
        ),
        'hex'
    ) as fingerprint
from stage_setting as setting
left join plan_user as planned on planned.action = 'deactivate' and planned.hold is null
group by setting.population;
