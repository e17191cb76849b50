-- count_team_losses: the teams over the limit, and exactly who would leave which, as a fingerprint; `worst` loses the
-- largest share.
with totals as (
    select
        count(*) as teams,
        coalesce(sum(members), 0)::bigint as population
    from plan_team_loss
),

losses as (
    select
        count(planned.entra_id) as items,
        encode(
            sha256(
                convert_to(
                    coalesce(
                        string_agg(
                            concat_ws(' ', planned.team_key, planned.entra_id), e'\n'
                            order by planned.team_key, planned.entra_id
                        ),
                        ''
                    ),
                    'UTF8'
                )
            ),
            'hex'
        ) as fingerprint
    from plan_member as planned
    inner join plan_team_loss as loss on planned.team_key = loss.team_key
    where planned.action = 'remove' and not planned.is_leaver
),

worst as (
    select * from plan_team_loss
    order by lost * 1.0 / members desc, entra_id
    limit 1
)

select
    totals.teams,
    totals.population,
    worst.entra_id::text as worst,
    worst.lost as worst_lost,
    worst.members as worst_members,
    losses.items,
    losses.fingerprint
from totals
cross join losses
left join worst on true;
