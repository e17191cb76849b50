"""What happens in the set-up: good nights, and one that fails in each step with the worst that could be quoted."""

from __future__ import annotations

import json
import time

from sandbox.faults import Fault
from tests.secrets.planted import CLIENT_SECRET, PERSON, a_day_passes, address
from tests.secrets.world import DAG, DECISIONS, FABRIKAM, NOTICES, NOTIFY, TAILSPIN, World


def live(world: World) -> None:
    """Everything, in this order."""
    good_nights(world)
    other_credentials(world)
    too_many_leave(world)
    entra_and_graph_refuse(world)
    the_set_is_blocked(world)
    the_database_refuses(world)
    the_file_is_wrong(world)
    people_look(world)


def good_nights(world: World) -> None:
    """The first night, an incremental one with a bad row and a conflict, and a dry run."""
    assert world.night()["status"] == "partial"
    a_day_passes(world.people)
    run = world.night(mode="auto")
    assert (run["status"], run["mode"], run["users_held"], run["users_rejected"]) == ("partial", "incremental", 1, 1)
    world.people.company.update_user(world.people.ids["report4"], jobTitle=f"Planned {PERSON}")
    assert world.night(dry_run=True)["dry_run"]


def other_credentials(world: World) -> None:
    """A certificate with a passphrase, and a federated token."""
    begun = {dag_id: world.airflow.trigger(dag_id, {"mode": "full"}) for dag_id in (FABRIKAM, TAILSPIN)}
    for dag_id, run_id in begun.items():
        assert world.airflow.wait(dag_id, run_id)["state"] == "success"


def too_many_leave(world: World) -> None:
    """Three leave, two may: a question, its answer on the API, and the run that applies it."""
    for part in ("report4", "report5", "report6"):
        world.people.company.delete_user(world.people.ids[part])
    run = world.night()
    assert (run["status"], run["users_held"]) == ("held", 4)
    while not (asked := questions(world)):
        time.sleep(0.3)
        if not [run for run in world.airflow.runs(DECISIONS) if run["state"] in ("queued", "running")]:
            world.airflow.trigger(DECISIONS)
    world.command("decisions", "show", str(run["id"]))
    task = asked[0]["task_instance"]
    path = f"/dags/{DECISIONS}/dagRuns/{task['dag_run_id']}/taskInstances/{task['task_id']}/{task['map_index']}"
    world.said["question"] = json.dumps(asked[0])
    before = len(world.airflow.runs(DAG))
    answer = {"chosen_options": ["Approve once"], "params_input": {}}
    world.airflow.patch(f"{path}/hitlDetails", answer)
    world.airflow.wait_for_runs(DAG, before + 1)
    assert world.rows("select status from sync.decision order by id desc limit 1") == [{"status": "applied"}]


def questions(world: World) -> list[dict[str, object]]:
    """What Airflow asks, and nobody has answered."""
    found = world.airflow.get(f"/dags/{DECISIONS}/dagRuns/~/hitlDetails", response_received=False)
    return list(found["hitl_details"])


def entra_and_graph_refuse(world: World) -> None:
    """Entra repeats what it was given; a page tells of a person."""
    faults = world.tenant.faults
    text = f"AADSTS7000215: Invalid client secret provided: '{CLIENT_SECRET}' for {world.keys.token}. Trace ID: 1"
    refused = {"error": "invalid_client", "error_description": text, "error_codes": [7000215]}
    faults.add(Fault(path="/oauth2/", method="POST", status=401, body=refused))
    assert "AADSTS7000215" in world.failed("extract")["error_message"]
    faults.clear()
    said = f"Invalid filter clause: could not find {PERSON} at 'mail eq '{address('report1')}''."
    failure = {"error": {"code": "Request_BadRequest", "message": said, "innerError": {"request-id": "4711"}}}
    faults.add(Fault(path=r"^/users(\?|/(microsoft\.graph\.)?delta)", status=400, body=failure))
    assert "Request_BadRequest" in world.failed("extract")["error_message"]
    faults.clear()


def the_set_is_blocked(world: World) -> None:
    """A bad row blocks the set, and the database refuses to be told of it; then the store has a file in the way."""
    world.account("contoso", f"{NOTIFY}checks: {{severity: {{email_invalid: block}}}}\n")
    world.change(f"alter table sync.issue add constraint no_names check (label !~* '{PERSON}') not valid")
    run = world.failed("validate")
    assert (run["error_code"], run["finished_at"]) == ("validation_blocked", None), "what closes it failed as well"
    world.change("alter table sync.issue drop constraint no_names")
    # Nobody closes it, and nobody waits here until it is taken for dead.
    world.change("update sync.lease set expires_at = now()")
    world.account("contoso", NOTIFY)
    place = world.setup.folder / "store" / "curated" / "contoso"
    place.rename(place.with_name("kept"))
    place.write_text("in the way")
    assert world.failed("transform")["error_class"] in ("FileExistsError", "NotADirectoryError")
    place.unlink()
    place.with_name("kept").rename(place)


def the_database_refuses(world: World) -> None:
    """A unique index of PeopleGoal's own, whose error quotes the value."""
    world.change("create unique index one_office on peoplegoal.profile (office) where office like 'Shared%'")
    for part in ("report1", "report2"):
        world.people.company.update_user(world.people.ids[part], officeLocation=f"Shared {PERSON}")
    assert "one_office" in world.failed("load")["error_message"]
    world.change("drop index peoplegoal.one_office")


def the_file_is_wrong(world: World) -> None:
    """An account file that does not pass, in the lines that name people."""
    wrong = f'schedule: "0 0 29 2 *"\nguards: {{protected: {address("report1")}}}\nnotify: [mail]\n'
    world.account("contoso", guards=wrong)
    world.command("accounts", "check", status=1)
    run_id = world.airflow.trigger(DAG, {"mode": "full"})
    assert world.airflow.wait(DAG, run_id)["state"] == "failed"
    assert world.airflow.wait(NOTICES, world.airflow.trigger(NOTICES))["state"] == "success"
    world.account("contoso", NOTIFY)


def people_look(world: World) -> None:
    """The command line, the page asked for names, Airflow's own API and command line."""
    someone = world.people.ids["report1"]
    (last,) = world.rows("select max(id) as id from sync.run where status = 'partial' and not dry_run")
    for command in (
        ["explain", address("report1"), "--account", "contoso"],
        ["preview", "--account", "contoso"],
        ["history"],
        ["undo", str(last["id"]), "--account", "contoso"],
        ["forget", world.people.ids["report7"], "--account", "contoso", "--yes"],
    ):
        world.command(*command)
    for method, path, data in (
        ("POST", "/people?account=contoso", {"search": f"Report1 {PERSON.capitalize()}"}),
        ("POST", f"/runs/{last['id']}/users", {"search": address("report1")}),
        ("POST", f"/runs/{last['id']}/users.csv", {"search": PERSON}),
        ("GET", f"/people/contoso/{someone}", None),
        ("GET", f"/people/contoso/{someone}/explanation", None),
        ("GET", f"/runs/{last['id']}", None),
        ("GET", f"/runs/{last['id']}/docs", None),
        ("GET", "/chart?account=contoso", None),
    ):
        answer = world.page(method, path, data=data)
        assert answer.status_code == 200, (path, answer.text[-500:])
    for path in ("/connections", f"/dags/{DAG}/dagRuns", "/eventLogs", "/importErrors", "/dagWarnings"):
        world.said[f"API {path}"] = json.dumps(world.airflow.get(path, limit=100))
    world.airflow_command("tasks", "states-for-dag-run", DAG, world.airflow.runs(DAG)[0]["dag_run_id"])
