-- addresses: every address that the person has and had, in lower case, as guards.protected is compared.
with person as (
    select
        app_user.id as user_id,
        app_user.email
    from peoplegoal.app_user as app_user
    where app_user.account_id = %(account_id)s and app_user.entra_id = %(entra_id)s
)

select lower(person.email) as address
from person
where person.email is not null
union
select lower(each.address) as address
from sync.change as change
inner join sync.run as run on change.run_id = run.id
cross join lateral jsonb_array_elements_text(change.fields -> 'email') as each (address)
where
    run.account_id = %(account_id)s
    and change.entity = 'user'
    and (change.entra_id = %(entra_id)s or change.user_id in (select person.user_id from person))
    and each.address is not null;
