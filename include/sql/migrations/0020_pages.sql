-- 0020_pages: what a run did to one person, and whom it withheld, without reading what other runs did to them.
-- It serves what the shorter one did; a night fills as many indexes as before.
create index change_by_person on sync.change (entra_id, run_id);
drop index if exists sync.change_by_entra_id;

-- Rows that a limit withheld alone: a night that withholds nobody does not touch it.
create index change_held on sync.change (run_id, decision_id) where decision_id is not null;
