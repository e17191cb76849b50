"""A person: found by name, shown with their nights, and explained; who is to invite."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.web.conftest import Site

SAME = {"sec-fetch-site": "same-origin"}


def rejected(site: Site) -> dict[str, str]:
    run = site.run_of("contoso", "partial")
    found = site.rows(
        "select i.entra_id, i.label from sync.issue i where run_id = %s and code = 'email_invalid' order by seq",
        run["id"],
    )
    return dict(found[0])


def search(site: Site, text: str, account: str = "contoso") -> list[str]:
    with site.client("viewer", **SAME) as client:
        page = client.post(f"/people?account={account}", data={"search": text}).text
    return re.findall(r'<th scope="row"><a href="/sync-history/people/contoso/([0-9a-f-]{36})">', page)


def test_a_person_is_found_by_any_part_of_name_address_or_id(site: Site) -> None:
    (person,) = site.rows(
        "select u.entra_id::text, u.email, p.display_name from peoplegoal.app_user u"
        " join peoplegoal.profile p on p.user_id = u.id join peoplegoal.account a on a.id = u.account_id"
        " where a.slug = 'contoso' and p.display_name like '%%é%%' order by u.id limit 1"
    )
    first, last = person["display_name"].split()[0], person["display_name"].split()[-1]
    for text in (person["email"], person["entra_id"], f"{last} {first}", first.upper(), first.replace("é", "e")):
        assert person["entra_id"] in search(site, text), text
    assert search(site, "nobody of this name") == []
    assert search(site, person["email"], "fabrikam") == []


def test_somebody_who_was_never_synced_is_found_and_explained(site: Site) -> None:
    people = site.rows("select entra_id::text from peoplegoal.app_user where entra_id is not null")
    known = {row["entra_id"] for row in people}
    with site.client("viewer", **SAME) as client:
        page = client.post("/people?account=contoso", data={"search": "@"}).text
        never = [one for one in search(site, "a") if one not in known]
        assert never
        told = client.get(f"/people/contoso/{never[0]}/explanation").text
        shown = client.get(f"/people/contoso/{never[0]}").text

    assert page
    assert "Not synced" in told
    assert "Rules of scope" in told
    assert "Not in PeopleGoal" in shown
    assert "No run did anything about this person." in shown


def test_a_rejected_person_is_told_what_to_correct(site: Site) -> None:
    person = rejected(site)
    with site.client("viewer", **SAME) as client:
        shown = client.get(f"/people/contoso/{person['entra_id']}").text
        told = client.get(f"/people/contoso/{person['entra_id']}/explanation").text

    assert "the person&#39;s row was rejected, and PeopleGoal keeps what it has" in told
    assert "Correct the address in Entra" in told
    assert "left alone: the row was rejected (email_invalid)" in shown
    assert f'data-load="/sync-history/people/contoso/{person["entra_id"]}/explanation"' in shown


def test_three_clicks_lead_from_the_home_page_to_the_reason(site: Site) -> None:
    """People, the name, and the reason stands on the person's page."""
    person = rejected(site)
    with site.client("viewer", **SAME) as client:
        home = client.get("/").text
        assert 'href="/sync-history/people"' in home
        found = client.post("/people?account=contoso", data={"search": person["label"]}).text
        assert f'href="/sync-history/people/contoso/{person["entra_id"]}"' in found
        assert "Not synced" in found


def test_a_person_has_managers_teams_and_every_night(site: Site) -> None:
    (person,) = site.rows(
        "select u.id, u.entra_id::text, m.display_name as boss from peoplegoal.app_user u"
        " join peoplegoal.profile p on p.user_id = u.id join peoplegoal.profile m on m.user_id = p.manager_id"
        " join sync.change c on c.entra_id = u.entra_id and c.entity = 'profile' and c.action = 'update'"
        " and c.status = 'applied' and c.fields ? 'department' join peoplegoal.account a on a.id = u.account_id"
        " where a.slug = 'contoso' order by u.id limit 1"
    )
    teams = site.rows(
        "select name from peoplegoal.team_member m join peoplegoal.team t on t.id = m.team_id"
        " where user_id = %s and t.status = 'active'",
        person["id"],
    )
    runs = site.rows("select distinct run_id from sync.change where entra_id = %s", person["entra_id"])
    with site.client("viewer") as client:
        text = client.get(f"/people/contoso/{person['entra_id']}").text

    assert person["boss"].replace("'", "&#39;") in text
    assert teams
    assert text.count('<span class="quiet">since <time') == len(teams)
    assert len(runs) > 1
    assert {int(n) for n in re.findall(r'/runs/(\d+)">Run', text)} == {row["run_id"] for row in runs}


def test_an_object_id_that_nobody_has_is_explained_too(site: Site) -> None:
    nobody = "00000000-0000-0000-0000-000000000001"
    with site.client("viewer") as client:
        assert "Not in PeopleGoal" in client.get(f"/people/contoso/{nobody}").text
        assert "nobody with this object id is known" in client.get(f"/people/contoso/{nobody}/explanation").text


@pytest.mark.parametrize("account", ["contoso", "fabrikam"])
def test_who_is_ready_to_invite_is_listed_and_exported_whole(site: Site, account: str) -> None:
    expected = site.rows(
        "select u.email from peoplegoal.app_user u join peoplegoal.account a on a.id = u.account_id"
        " where slug = %s and status = 'ready_to_invite' order by u.id",
        account,
    )
    with site.client("viewer") as client:
        page = client.get(f"/invitations?account={account}").text
        text = client.get(f"/invitations.csv?account={account}").content.decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["email"] for row in rows] == [row["email"] for row in expected]
    assert f"{len(expected)} people wait" in page
    assert page.count('<th scope="row">') == min(50, len(expected))
