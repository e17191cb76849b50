"""What a request may say: typed parts of the address, and the name that is looked for.

A search is posted, so that the name stands in no URL and in no access log.
"""

from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request

RunPath = Annotated[int, Path(ge=1, le=2**63 - 1)]
After = Annotated[int, Query(ge=0, le=2**31 - 1)]
AfterId = Annotated[int, Query(ge=0, le=2**63 - 1)]
Slug = Annotated[str, Query(max_length=100)]
ListTab = Literal["users", "teams", "held"]
Key = Annotated[str, Query(max_length=20, pattern=r"^[a-z]+$")]
# PostgreSQL has no text with a NUL.
DagRun = Annotated[str, Query(max_length=250, pattern=r"^[^\x00]*$")]
Code = Annotated[str, Query(max_length=60, pattern=r"^[a-z0-9_]+$")]


async def searched(request: Request) -> str | None:
    """What a posted form looks for; None on a plain visit."""
    if request.method != "POST":
        return None
    value = (await request.form()).get("search", "")
    return value.replace("\x00", "").strip()[:200] if isinstance(value, str) else None


SearchDep = Annotated[str | None, Depends(searched)]
