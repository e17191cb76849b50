-- hold_conflicts: of an address that several claim, whoever has it keeps it and the others are held.
-- Repeat until no row: somebody who is held keeps their old address, which another one may be waiting for.
with contested as (
    select
        email,
        count(*) as claims,
        min(coalesce(entra_id::text, 'PeopleGoal user ' || user_id)) filter (where not is_moving) as owner
    from plan_claim
    group by email
    having count(*) > 1
),

loser as (
    delete from plan_claim
    using contested
    where plan_claim.email = contested.email and plan_claim.is_moving
    returning plan_claim.entra_id, contested.owner, contested.claims
),

held as (
    update plan_user
    set
        hold = 'email_conflict',
        hold_reason = case
            when loser.owner is null
                then loser.claims || ' people ask for the same e-mail address, and nobody has it yet.'
            else 'The e-mail address belongs to another person, who is still there: ' || loser.owner || '.'
        end,
        is_active = plan_user.action in ('keep', 'link'),
        email = plan_user.old_email
    from loser
    where plan_user.entra_id = loser.entra_id
    returning plan_user.entra_id, plan_user.user_id, plan_user.email, plan_user.is_active
),

kept as (
    insert into plan_claim (entra_id, user_id, email, is_moving)
    select
        entra_id,
        user_id,
        email,
        false as is_moving
    from held
    where is_active and email is not null
)

select entra_id from held;
