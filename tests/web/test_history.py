"""The home page: all runs that may be seen, filtered, paged by key, in the account's time."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

from entra_sync.db import statement
from entra_sync.local.postgres import Postgres
from entra_sync.migrations import migrate
from entra_sync.web.charts import headcount_chart, nights_chart
from tests.web.conftest import Site, served

RUN = re.compile(r'<a class="status" href="/sync-history/runs/(\d+)"')


def shown(text: str) -> list[int]:
    return [int(number) for number in RUN.findall(text)]


def expected(site: Site, where: str = "true") -> list[int]:
    query = f"select run.id from sync.run join peoplegoal.account a on a.id = run.account_id where {where}"
    return [row["id"] for row in site.rows(f"{query} order by started_at desc, run.id desc")]


def test_all_runs_are_shown_newest_first_with_what_they_did(site: Site) -> None:
    run = site.run_of("contoso", "success")
    with site.client("viewer") as client:
        text = client.get("/").text

    assert shown(text) == expected(site)
    assert f'<a href="/sync-history/runs/{run["id"]}/users?show=new">{run["users_created"]}</a>' in text


def test_filters_by_account_status_and_day(site: Site) -> None:
    zone = ZoneInfo("Europe/London")
    day = datetime.now(zone).date() - timedelta(days=1)
    in_zone = "(started_at at time zone 'Europe/London')::date"
    with site.client("viewer") as client:
        assert shown(client.get("/?account=fabrikam").text) == expected(site, "slug = 'fabrikam'")
        assert shown(client.get("/?dag_id=entra_sync_fabrikam").text) == expected(site, "slug = 'fabrikam'")
        assert shown(client.get("/?status=held").text) == expected(site, "status = 'held'")
        of_day = shown(client.get(f"/?account=contoso&since={day}&until={day}").text)
        since = shown(client.get(f"/?account=contoso&since={day}").text)
        until = shown(client.get(f"/?account=contoso&until={day}").text)
        empty = client.get("/?status=failed&account=").text
        assert client.get("/?dag_id=another_dag").status_code == 404

    assert of_day == expected(site, f"slug = 'contoso' and {in_zone} = '{day}'") != []
    assert since == expected(site, f"slug = 'contoso' and {in_zone} >= '{day}'")
    assert until == expected(site, f"slug = 'contoso' and {in_zone} <= '{day}'")
    assert "No run matches" in empty


def test_times_are_the_accounts_with_utc_on_hover(site: Site) -> None:
    run = site.run_of("fabrikam")
    started = run["started_at"]
    with site.client("viewer") as client:
        text = client.get("/?account=fabrikam").text

    local = started.astimezone(ZoneInfo("America/New_York"))
    assert f"{local:%-d %b %Y}, 00:00</time>" in text
    assert f'title="{started.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC' in text
    assert "America/New_York" in text


def test_pages_by_key_show_every_run_once(site: Site) -> None:
    contoso = site.run_of("contoso")["account_id"]
    site.rows(
        "insert into sync.run"
        " (account_id, dag_id, dag_run_id, attempt, run_type, mode, status, started_at, finished_at)"
        " select %s, 'd', 'old-' || n, 1, 'scheduled', 'full', 'no_changes', t, t"
        # Half of them began at the same instant as another one.
        " from generate_series(1, 120) n, lateral (select timestamptz '2020-01-01' + n / 2 * interval '1 day' as t) x",
        contoso,
    )
    try:
        every = expected(site)
        found: list[int] = []
        with site.client("viewer") as client:
            address = "/"
            while address:
                text = client.get(address).text
                found += shown(text)
                older = re.search(r'href="/sync-history(/\?[^"]+)">Older', text)
                address = older[1].replace("&amp;", "&") if older else ""
            rows = list(csv.DictReader(io.StringIO(client.get("/runs.csv").content.decode("utf-8-sig"))))
    finally:
        site.rows("delete from sync.run where dag_run_id like 'old-%%'")

    assert len(every) > 120
    assert found == every
    assert [int(row["run"]) for row in rows] == every


def test_an_account_in_quarantine_is_said_above_the_runs_with_what_to_do(site: Site) -> None:
    fabrikam = site.run_of("fabrikam")["account_id"]
    today = datetime.now(ZoneInfo("America/New_York")).date()
    with site.client("viewer") as client, site.client("europe") as other:
        assert "quarantine" not in client.get("/").text
        site.rows(
            "insert into sync.run (account_id, dag_id, dag_run_id, attempt, run_type, mode, status, error_code,"
            " error_step, started_at, finished_at)"
            " select %s, 'd', 'bad-' || n, 1, 'scheduled', 'full', 'failed', 'graph_failed', 'extract', t, t"
            " from generate_series(4, 0, -1) n, lateral (select now() - n * interval '1 day' as t) x",
            fabrikam,
        )
        try:
            text, of_contoso, of_europe = (
                c.get(a).text for c, a in ((client, "/"), (client, "/?account=contoso"), (other, "/"))
            )
            last = site.run_of("fabrikam")["id"]
        finally:
            site.rows("delete from sync.run where dag_run_id like 'bad-%%'")

    said = " ".join(text.split())
    assert (
        f"Fabrikam Inc: <bdi>in quarantine after 5 failed nights in a row, since {today - timedelta(days=4):%-d %b %Y}"
        in said
    )
    assert f"Scheduled nights before {today + timedelta(days=7):%-d %b %Y} are left out" in said
    assert "a good run ends the quarantine" in said
    assert f'href="/sync-history/runs/{last}">See the last try' in said
    assert "quarantine" not in of_contoso
    assert "quarantine" not in of_europe


def test_an_account_file_that_does_not_pass_is_said_above_the_runs(site: Site) -> None:
    file = site.folder / "accounts" / "fabrikam.yaml"
    before = file.read_text()
    file.write_text(f"{before}late_after: 4\n")
    try:
        with site.client("viewer") as client:
            text = client.get("/").text
    finally:
        file.write_text(before)

    assert 'role="alert"><p><b>fabrikam: <bdi>the account file does not pass' in text
    assert "late_after" in text


def test_the_chart_of_nights_has_a_bar_for_each_number() -> None:
    last = datetime(2026, 11, 23, tzinfo=UTC).date()
    rows = [{"night": last - timedelta(days=n), "joiners": n, "leavers": 0, "changed": 10} for n in range(3)]

    chart = nights_chart(rows, last, days=30)

    assert chart is not None
    assert len(chart.bars) == 2 + 3
    assert chart.said == "Last 30 days: 3 joiners, 0 leavers, 30 changes."
    assert max(bar.height for bar in chart.bars) == 132  # 10 is the top of the axis
    assert all(0 <= bar.x <= 640 and 0 <= bar.y <= 168 for bar in chart.bars)
    assert nights_chart([], last, days=30) is None


def test_the_chart_of_people_stays_inside() -> None:
    last = datetime(2026, 11, 23, tzinfo=UTC).date()
    for counts in ([5, 5], [0, 1_000_000], [10_000, 10_001, 9_990], [1, 0]):
        rows = [{"day": last - timedelta(days=len(counts) - 1 - n), "active": c} for n, c in enumerate(counts)]
        chart = headcount_chart(rows, last, days=90)
        assert chart is not None
        assert all(12 <= dot.y <= 144 and 48 <= dot.x <= 632 for dot in chart.dots), counts
    assert headcount_chart(rows[:1], last, days=90) is None


def test_an_account_that_was_not_read_on_a_day_counts_as_on_its_last(site: Site) -> None:
    by_account: dict[int, dict[date, int]] = {}
    for row in site.rows("select account_id, date, sum(active)::int as active from sync.headcount group by 1, 2"):
        by_account.setdefault(row["account_id"], {})[row["date"]] = row["active"]
    assert len({max(days) for days in by_account.values()}) > 1, "all were read on the last day"

    with psycopg.connect(site.database_url, row_factory=dict_row) as connection:
        asked = {"account_ids": list(by_account), "since": date(2000, 1, 1)}
        shown = connection.execute(statement("web/headcount"), asked).fetchall()

    assert [row["day"] for row in shown] == sorted({day for days in by_account.values() for day in days})
    for row in shown:
        before = [{day: n for day, n in days.items() if day <= row["day"]} for days in by_account.values()]
        assert row["active"] == sum(days[max(days)] for days in before if days), row["day"]


def test_before_the_first_sync_the_page_says_what_to_do(postgres: Postgres, tmp_path: Path) -> None:
    """An installation of its own: migrated, never run. Its Connection stands in Airflow's database."""
    postgres.create_database("never_run")
    migrate(postgres.url("never_run"))
    tmp_path.chmod(0o711)
    with served(postgres, "never_run", tmp_path, stored_connection=True) as site:
        with site.client("operator") as client:
            home = client.get("/").text
            assert "No sync yet" in home
            assert "Run the first sync" in home
            assert "Nobody waits" in client.get("/invitations").text
            assert "Nobody yet" in client.get("/chart").text
        with site.client("viewer") as client:
            assert "Run the first sync" not in client.get("/").text
        for file in site.folder.glob("accounts/*.yaml"):
            file.unlink()
        with site.client("viewer") as client:
            assert "No account is set up yet" in client.get("/").text
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute("drop database never_run with (force)")
        with site.client("viewer") as client:
            gone = client.get("/")
            assert gone.status_code == 503
            assert "cannot be reached" in gone.text
