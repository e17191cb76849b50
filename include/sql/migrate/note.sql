-- note: one migration was applied.
insert into sync.migration (version, name, sha256)
values (%(version)s, %(name)s, %(sha256)s);
