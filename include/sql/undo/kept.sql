-- kept: what the undo leaves as it is, and why, in the order of the run's changes.
select
    entity,
    entra_id::text,
    team_id,
    label,
    name as field,
    verdict
from undo_value
where verdict in ('changed', 'taken', 'gone')
order by seq, name;
