-- 0016_throttled: how often Graph told a run to wait.
alter table sync.run add column throttled integer not null default 0;
