-- bootstrap: the list of applied migrations, where it is not there yet.
create schema if not exists sync;

create table if not exists sync.migration (
    version integer primary key,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now()
);

comment on table sync.migration is 'The migrations of this database, each applied once';
