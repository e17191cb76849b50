-- applied: the migrations of this database, in order.
select
    version,
    name,
    sha256
from sync.migration
order by version;
