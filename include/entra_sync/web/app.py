"""The page's application, mounted by Airflow's API server at /sync-history.

Every route but the static files asks for Airflow's login. A browser without one is led to the login page and back;
programs get 401.
"""

import psycopg
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from entra_sync.errors import EntraSyncError
from entra_sync.web.auth import SIGNED_IN, login_url
from entra_sync.web.history import router as history
from entra_sync.web.invitations import router as invitations
from entra_sync.web.live import router as live
from entra_sync.web.org_chart import router as org_chart
from entra_sync.web.people import router as people
from entra_sync.web.render import STATIC, page
from entra_sync.web.run_checks import router as run_checks
from entra_sync.web.run_issues import router as run_issues
from entra_sync.web.run_lists import router as run_lists
from entra_sync.web.runs import router as runs
from entra_sync.web.security import Safe, same_origin

TITLES = {401: "Sign in first", 403: "Not for you to see", 404: "Not found", 422: "That cannot be asked"}


class KeptFiles(StaticFiles):
    """Static files that browsers may keep: their address changes with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response


def create_app() -> FastAPI:
    """The application. It reads no Connection before it is asked something."""
    app = FastAPI(
        title="Sync history",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[SIGNED_IN, Depends(same_origin)],
    )
    app.mount("/static", KeptFiles(directory=STATIC), name="static")
    for router in (history, runs, run_issues, run_checks, run_lists, live, people, invitations, org_chart):
        app.include_router(router)
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_middleware(Safe, error_page=error_page)
    return app


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    if error.status_code == 401 and _wants_page(request):
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(login_url(back), status_code=303)
    return _answer(request, error.status_code, str(error.detail))


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    names = ", ".join(str(one["loc"][-1]) for one in error.errors())
    return _answer(request, 422, f"The address has a part that cannot be read: {names}.")


async def error_page(request: Request, error: Exception, number: str) -> Response:
    """What a person sees of an error: what to do about one that we know, else a number to report."""
    if isinstance(error, EntraSyncError):
        return _answer(request, 503, str(error), number=number)
    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        text = "The PeopleGoal database is not migrated to this release: run `entra-sync migrate`."
        return _answer(request, 503, text, number=number)
    if isinstance(error, psycopg.errors.QueryCanceled):
        return _answer(request, 503, "The database took too long to answer. Try again, or ask for less.", number=number)
    if isinstance(error, psycopg.OperationalError):
        return _answer(request, 503, "The PeopleGoal database cannot be reached.", number=number)
    return _answer(request, 500, "Something went wrong on our side; nothing was changed.", number=number)


def _answer(request: Request, status: int, text: str, *, number: str | None = None) -> Response:
    if not _wants_page(request):
        return JSONResponse({"detail": text, "error": number}, status_code=status)
    title = TITLES.get(status, "This page cannot be shown now")
    return page(request, "error.html", status_code=status, title=title, text=text, number=number)


def _wants_page(request: Request) -> bool:
    if request.url.path.endswith((".csv", ".json")):
        return False
    return "text/html" in request.headers.get("accept", "")
