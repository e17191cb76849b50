-- 0003_reading: how a run read the tenant: why everything or why only the changes, and what it cost.
alter table sync.run
add column mode_reason text,
add column requests integer not null default 0,
add column resource_units integer not null default 0;
