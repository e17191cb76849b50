"""Random nights, rules, answers and edits of the application: the database equals the model after each of them.

With people who have no address, rejected rows, protected people and days of grace, and with what the application
writes: statuses, fields of its own, who leads a group's team, what a manager's team is for.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.load.factory import FIRST, Directory, Nights, entra_id
from tests.load.oracle import PeopleGoal, Rules, copy
from tests.load.test_load_property import NAMES, STATES, directories

KINDS = {"leave": "too_many_deactivations", "join": "too_many_creations", "loss": "too_much_team_loss"}


@dataclass
class Happening:
    """One night, and what people did on the day before it."""

    directory: Directory
    complete: bool
    dry_run: bool
    answers: dict[str, str]
    invited: str
    status: str
    office: str
    leads: bool
    description: str | None


NIGHT = st.builds(
    Happening,
    directory=directories(states=(*STATES, "rejected")),
    complete=st.sampled_from([True, True, True, False]),
    dry_run=st.sampled_from([False, False, False, True]),
    answers=st.dictionaries(st.sampled_from(sorted(KINDS)), st.sampled_from(["approved", "rejected", "expired"])),
    invited=st.sampled_from(NAMES),
    status=st.sampled_from(["invited", "active"]),
    office=st.sampled_from(["B1", "B2"]),
    leads=st.booleans(),
    description=st.sampled_from([None, "Our goals"]),
)
RULES = st.builds(
    Rules,
    leave_at_most=st.sampled_from([None, None, 0, 1]),
    join_at_most=st.sampled_from([None, None, 0, 1]),
    team_loss=st.sampled_from([None, None, 40]),
    grace=st.sampled_from([0, 1, 2]),
    protected=st.sampled_from([frozenset(), frozenset({"bob"}), frozenset({"mail0@contoso.com"})]),
    ignored=st.sampled_from([frozenset(), frozenset({"disabled"}), frozenset({"out_of_scope", "deleted"})]),
    reports=st.sampled_from(["none", "none", "keep", "to_managers_manager"]),
)


def everybody() -> Directory:
    """A first night that has the whole pool: there are leavers from the second one on."""
    directory = Directory()
    for name in NAMES:
        directory.add(name, job_title="Clerk", custom={"site": "B1"})
    directory.people["ann"].email = None
    return directory


def the_day_before(nights: Nights, model: PeopleGoal, happening: Happening) -> None:
    """People answer, and the application invites somebody, writes its own fields and gives the person teams to lead."""
    for kind, status in happening.answers.items():
        model.answer(kind, status)
        nights.do(
            "update sync.decision set status = %s, answered_at = now() from peoplegoal.account a"
            " where a.id = account_id and a.slug = %s and kind = %s and status = 'open'",
            status,
            nights.slug,
            KINDS[kind],
        )
    user = model.users.get(happening.invited)
    if user is None or user.status == "deactivated":
        return
    user.status, user.office, user.badge = happening.status, happening.office, happening.status
    nights.do(
        "update peoplegoal.app_user u set status = %s from peoplegoal.account a"
        " where a.id = u.account_id and a.slug = %s and u.entra_id = %s",
        happening.status,
        nights.slug,
        entra_id(happening.invited),
    )
    nights.do(
        "update peoplegoal.profile p set office = %s,"
        " custom_fields = p.custom_fields || jsonb_build_object('badge', %s::text)"
        " from peoplegoal.app_user u join peoplegoal.account a on a.id = u.account_id"
        " where u.id = p.user_id and a.slug = %s and u.entra_id = %s",
        happening.office,
        happening.status,
        nights.slug,
        entra_id(happening.invited),
    )
    teams_of(nights, model, happening)


def teams_of(nights: Nights, model: PeopleGoal, happening: Happening) -> None:
    """The application lets the person lead their groups' teams, and describes these and the team of their reports."""
    who = happening.invited
    for (kind, name), team in model.teams.items():
        if (kind, name) == ("manager", who) or (kind == "group" and who in team.members):
            team.description = happening.description
        if happening.leads and kind == "group" and who in team.members:
            team.members[who], team.lead = "lead", who
    person = (
        " from peoplegoal.app_user u join peoplegoal.account a on a.id = u.account_id and a.slug = %s"
        " left join (peoplegoal.team_member of_it join peoplegoal.team g on g.id = of_it.team_id and g.kind = 'group')"
        " on of_it.user_id = u.id where u.entra_id = %s"
    )
    values = (nights.slug, entra_id(who))
    nights.do(
        f"update peoplegoal.team t set description = %s {person} and t.account_id = a.id"
        " and (t.id = g.id or (t.kind = 'manager' and t.entra_id = u.entra_id))",
        happening.description,
        *values,
    )
    if happening.leads:
        nights.do(f"update peoplegoal.team t set lead_id = u.id {person} and t.id = g.id", *values)
        nights.do(
            f"update peoplegoal.team_member m set role = 'lead' {person} and (m.team_id, m.user_id) = (g.id, u.id)",
            *values,
        )


def expected(model: PeopleGoal) -> dict[str, Any]:
    """The model, by object ids."""
    return {
        "users": {
            entra_id(name): (
                user.status,
                user.email,
                user.title,
                {key: value for key, value in (("site", user.site), ("badge", user.badge)) if value is not None},
                user.office,
                user.manager and entra_id(user.manager),
            )
            for name, user in model.users.items()
        },
        "teams": {
            (kind, entra_id(name)): (team.active, team.lead and entra_id(team.lead), team.description)
            for (kind, name), team in model.teams.items()
        },
        "members": {
            (kind, entra_id(name), entra_id(member)): role
            for (kind, name), team in model.teams.items()
            for member, role in team.members.items()
        },
        "leavers": {entra_id(name): FIRST + timedelta(days=day) for name, day in model.since.items()},
        "decisions": {KINDS[kind]: status for kind, (_, status) in model.decisions.items()},
    }


def found(nights: Nights) -> dict[str, Any]:
    """The database, in the same shape."""
    users = nights.rows(
        "select u.entra_id::text as id, u.status, u.email, p.job_title, p.custom_fields, p.office,"
        " m.entra_id::text as manager"
        " from peoplegoal.app_user u join peoplegoal.account a on a.id = u.account_id and a.slug = %s"
        " join peoplegoal.profile p on p.user_id = u.id left join peoplegoal.app_user m on m.id = p.manager_id",
        nights.slug,
    )
    teams = nights.rows(
        "select t.kind, t.entra_id::text as id, t.status, t.description, u.entra_id::text as lead"
        " from peoplegoal.team t join peoplegoal.account a on a.id = t.account_id"
        " left join peoplegoal.app_user u on u.id = t.lead_id where a.slug = %s",
        nights.slug,
    )
    members = nights.rows(
        "select t.kind, t.entra_id::text as team, u.entra_id::text as member, m.role from peoplegoal.team_member m"
        " join peoplegoal.team t on t.id = m.team_id join peoplegoal.app_user u on u.id = m.user_id"
        " join peoplegoal.account a on a.id = m.account_id where a.slug = %s",
        nights.slug,
    )
    leavers = nights.rows(
        "select u.entra_id::text as id, l.since from sync.leaver l join peoplegoal.app_user u on u.id = l.user_id"
        " join peoplegoal.account a on a.id = l.account_id where a.slug = %s",
        nights.slug,
    )
    decisions = nights.rows(
        "select distinct on (kind) kind, d.status from sync.decision d join peoplegoal.account a on a.id = d.account_id"
        " where a.slug = %s order by kind, d.id desc",
        nights.slug,
    )
    return {
        "users": {
            u["id"]: (u["status"], u["email"], u["job_title"], u["custom_fields"], u["office"], u["manager"])
            for u in users
        },
        "teams": {
            (team["kind"], team["id"]): (team["status"] == "active", team["lead"], team["description"])
            for team in teams
        },
        "members": {(m["kind"], m["team"], m["member"]): m["role"] for m in members},
        "leavers": {row["id"]: row["since"] for row in leavers},
        "decisions": {row["kind"]: row["status"] for row in decisions},
    }


def counters_agree(nights: Nights) -> None:
    """Every counter of the newest run equals the rows behind it."""
    (row,) = nights.rows(
        "select to_jsonb(r) as run, to_jsonb(c) - 'run_id' as counted from sync.run r"
        " join sync.run_count c on c.run_id = r.id join peoplegoal.account a on a.id = r.account_id"
        " where a.slug = %s order by r.id desc limit 1",
        nights.slug,
    )
    assert {name: row["run"][name] for name in row["counted"]} == row["counted"]


@settings(
    max_examples=int(os.environ.get("ENTRA_SYNC_EXAMPLES", "25")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rules=RULES, full=st.sampled_from([True, True, False]), history=st.lists(NIGHT, min_size=3, max_size=6))
def test_the_database_equals_the_model_after_every_night(
    database_url: str, rules: Rules, full: bool, history: list[Happening]
) -> None:
    nights = Nights(url=database_url, slug=f"a-{secrets.token_hex(6)}", config=rules.config())
    model = PeopleGoal()
    if full:
        model.night(everybody(), rules, nights.count + 1, complete=True)
        nights.run(everybody())
        assert found(nights) == expected(model)
    for happening in history:
        the_day_before(nights, model, happening)
        planned = copy(model)
        planned.night(happening.directory, rules, nights.count + 1, complete=happening.complete)
        before = expected(model)
        result = nights.run(happening.directory, complete=happening.complete, dry_run=happening.dry_run)
        assert result.status != "failed"
        counters_agree(nights)
        if happening.dry_run:
            assert found(nights) == before
            continue
        model = copy(planned)
        assert found(nights) == expected(model)
        model.night(happening.directory, rules, nights.count + 1, complete=happening.complete)
        again = nights.run(happening.directory, complete=happening.complete)
        assert found(nights) == expected(model), "the same directory the night after"
        assert (again.status == "success") <= (expected(model) != expected(planned))
