-- insert_measure: one size or share of the run.
insert into sync.measure (run_id, name, value) values (%(run_id)s, %(name)s, %(value)s);
