"""Who may see what: every route asks for Airflow's login and for the right to read that account's runs."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
import pytest
from fastapi.routing import APIRoute

from entra_sync.web.app import create_app
from tests.web.conftest import Site

ROUTES = sorted(
    (method, route.path) for route in create_app().routes if isinstance(route, APIRoute) for method in route.methods
)


class Read(HTMLParser):
    """The tags of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))


def address(site: Site, path: str, slug: str = "contoso") -> str:
    """A route with values of an account that is there, so that nothing but the right decides."""
    run = site.run_of(slug)
    person = site.rows(
        "select entra_id::text from peoplegoal.app_user where account_id = %s limit 1", run["account_id"]
    )
    values = {
        "run_id": run["id"],
        "tab": "users",
        "account": slug,
        "person": person[0]["entra_id"],
        "user_id": 1,
    }
    filled = re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), path)
    asked = {"account": slug, "dag_id": f"entra_sync_{slug}", "dag_run_id": run["dag_run_id"]}
    return f"{filled}?{httpx.QueryParams({**asked, 'code': 'email_invalid', 'kind': 'top'})}"


def test_there_are_routes() -> None:
    assert len(ROUTES) > 15
    assert {method for method, _ in ROUTES} == {"GET", "POST"}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_login_a_program_gets_401(site: Site, method: str, path: str) -> None:
    with site.client(Accept="application/json") as client:
        assert client.request(method, address(site, path)).status_code == 401


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_login_a_browser_is_led_to_the_login_and_back(site: Site, method: str, path: str) -> None:
    with site.client() as client:
        answer = client.request(method, address(site, path))

    if path.endswith((".csv", ".json")):
        assert answer.status_code == 401
    else:
        assert answer.status_code == 303
        assert "/auth/login?next=%2Fsync-history" in answer.headers["location"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_the_right_to_an_account_it_is_403(site: Site, method: str, path: str) -> None:
    with site.client("stranger") as client:
        assert client.request(method, address(site, path)).status_code == 403
    with site.client("europe") as client:
        assert client.request(method, address(site, path, "fabrikam")).status_code == 403


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_with_the_right_to_the_account_it_is_shown(site: Site, method: str, path: str) -> None:
    with site.client("europe", **{"sec-fetch-site": "same-origin"}) as client:
        assert client.request(method, address(site, path)).status_code in (200, 303)


def test_an_account_that_is_not_theirs_stands_nowhere_on_the_page(site: Site) -> None:
    with site.client("europe") as client:
        for path in ("/", "/people", "/invitations", "/chart", "/chart/list?account=contoso", "/runs.csv"):
            text = client.get(path).text
            assert "fabrikam" not in text.lower(), path
    with site.client("viewer") as client:
        assert "Fabrikam Inc" in client.get("/").text


def test_a_forged_token_is_refused(site: Site) -> None:
    with site.client(Cookie="_token=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJhZG1pbiJ9.") as client:
        assert client.get("/").status_code == 403


def test_a_post_from_another_site_is_refused(site: Site) -> None:
    posts = [path for method, path in ROUTES if method == "POST"]
    assert posts
    for path in posts:
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://example.org"}, {"origin": "null"}):
            with site.client("admin", **headers) as client:
                assert client.post(address(site, path), data={"search": "a"}).status_code == 403, path


def test_a_viewer_is_not_offered_what_they_may_not_do(site: Site) -> None:
    with site.client("viewer") as client:
        assert "Run now" not in client.get("/").text
    with site.client("operator") as client:
        assert "Run now" in client.get("/").text


def test_every_answer_carries_the_strict_headers(site: Site) -> None:
    run_id = site.run_of("contoso", "partial")["id"]
    with site.client("admin") as client:
        for path in ("/", f"/runs/{run_id}", "/static/page.css", "/runs.csv", "/no-such-page", "/runs/0"):
            headers = client.get(path).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "frame-ancestors 'self'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
        assert client.get("/").headers["cache-control"] == "no-store"
        docs = client.get(f"/runs/{run_id}/docs").headers["content-security-policy"]
        assert "script-src" not in docs
        assert "sandbox" in docs


def test_nothing_on_a_page_comes_from_another_host(site: Site) -> None:
    with site.client("admin") as client:
        run = f"/runs/{site.run_of('contoso')['id']}"
        for path in ("/", run, "/chart", "/chart/list?account=contoso", "/invitations"):
            read = Read()
            read.feed(client.get(path).text)
            assert len(read.tags) > 20
            for tag, attributes in read.tags:
                assert not [name for name in attributes if name == "style" or name.startswith("on")], tag
                for name in ("src", "href", "action", "formaction"):
                    assert re.match(r"/(?!/)|#|data:,$", attributes.get(name, "/")), attributes
                assert tag not in ("style", "base", "iframe", "object", "img")
                assert tag != "script" or "src" in attributes


def test_an_error_shows_a_number_that_the_log_has_and_no_trace(site: Site) -> None:
    site.rows("alter table sync.headcount rename column active to moved")
    try:
        with site.client("admin") as client:
            answer = client.get("/")
    finally:
        site.rows("alter table sync.headcount rename column moved to active")

    assert answer.status_code == 503
    assert "entra-sync migrate" in answer.text
    (number,) = re.findall(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert f"page_error={number} type=UndefinedColumn" in site.log.read_text()
    assert "Traceback" not in answer.text


def test_no_name_stands_in_the_servers_log(site: Site) -> None:
    with site.client("admin", **{"sec-fetch-site": "same-origin"}) as client:
        found = client.post("/people?account=contoso", data={"search": "Felix Singh"})
        assert "Felix Singh" in found.text
        client.post(f"/runs/{site.run_of('contoso')['id']}/users", data={"search": "Felix Singh"})
        in_chart = client.post("/chart/contoso/find.json", data={"search": "Felix Singh"})
        assert "Felix Singh" in in_chart.text

    log = site.log.read_text()
    assert "/sync-history/people" in log
    assert "Felix" not in log


@pytest.mark.parametrize(
    "path", ["/runs/x", "/runs/-1", "/runs/99999999999999999999", "/people/contoso/1", "/?status=x", "/chart?person=1"]
)
def test_what_cannot_be_meant_is_refused_in_words(site: Site, path: str) -> None:
    with site.client("admin") as client:
        answer = client.get(path)

    assert answer.status_code == 422
    assert "cannot be read" in answer.text
