-- count_newcomers: how many people would be created beside how many, and exactly who, as a fingerprint.
select
    setting.population,
    count(planned.entra_id) as items,
    encode(
        sha256(
            convert_to(
                coalesce(
                    string_agg(
                        concat_ws(' ', planned.entra_id, planned.new_email), e'\n'
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
left join plan_user as planned on planned.action = 'create' and planned.hold is null and not setting.is_first
group by setting.population;
