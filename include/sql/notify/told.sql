-- told: what a receiver was told of an account, newest first.
select
    notice.kind,
    notice.key,
    notice.run_id,
    notice.told_at
from sync.notice as notice
where notice.account_id = %(account_id)s and notice.receiver = %(receiver)s
order by notice.told_at desc, notice.id desc
limit %(limit)s;
