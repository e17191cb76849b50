"""The issue codes of the product: what each stands for, how severe it is, and what to do about it.

Every code is explained in docs/issue_codes.md; a test holds the page against this registry. Nothing is imported here:
account files name codes, and they are read where no other part of the product is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Code:
    """What a code stands for. ``hint`` says what the reader can do; ``step`` is the verb that raises it."""

    code: str
    severity: Severity
    step: str
    title: str
    hint: str


# The set as a whole: the run stops before anything is changed.
_BLOCKING = {
    "schema_mismatch": (
        "The snapshot lacks an attribute that the account uses",
        "Run the account again in mode full: the snapshot is older than the account's mapping.",
    ),
    "id_missing": (
        "A row has no object id",
        "Run the account again in mode full; if it stays, report it with the run's number.",
    ),
    "id_duplicate": (
        "An object id comes twice",
        "Run the account again in mode full; if it stays, report it with the run's number.",
    ),
    "id_malformed": (
        "An object id is not a GUID",
        "Run the account again in mode full; if it stays, report it with the run's number.",
    ),
    "attributes_unreadable": (
        "Most users lack an attribute that every user has in Entra",
        "Grant User.Read.All with admin consent; entra-sync doctor shows what is missing.",
    ),
    "memberships_dangling": (
        "Many memberships belong to groups that the snapshot does not have",
        "Run the account again in mode full: groups and members were not read at the same time.",
    ),
    "scope_empty": (
        "Nobody in the tenant is in scope",
        "Check the account's scope: its user types, groups and filters.",
    ),
    "scope_group_hidden": (
        "The account's scope rests on a group whose members were not read",
        "Set teams.from_groups.hidden: true (permission Member.Read.Hidden), or name other groups.",
    ),
}

# The set beside those of the nights before.
_DRIFTED = {
    "attribute_blank": (
        "A mapped field is empty for many more people than on the nights before",
        "Check the attribute in Entra and the mapping; if it is meant, set checks.severity.attribute_blank: warn.",
    ),
}

# A bad row: the person's present profile is left alone.
_REJECTING = {
    "email_invalid": (
        "The e-mail address cannot be one",
        "Correct the address in Entra (mail, or the attribute that the mapping names).",
    ),
    "date_invalid": (
        "A date cannot be read",
        "Correct the attribute in Entra; expected is an ISO date such as 2024-05-01.",
    ),
    "date_implausible": (
        "A date is too long ago or too far ahead to be meant",
        "Correct the date in Entra; checks.dates of the account file says which dates are believed.",
    ),
    "number_invalid": (
        "A number cannot be read",
        "Correct the attribute in Entra; expected are digits such as 42.",
    ),
    "bool_invalid": (
        "A yes or no cannot be read",
        "Correct the attribute in Entra; expected is true or false.",
    ),
    "value_not_allowed": (
        "A value is none of those that the account allows",
        "Correct the attribute in Entra, or add the value under checks.allowed of the account file.",
    ),
}

# Found, and synced all the same; a link of the org chart may be left out.
_NOTED = {
    "rows_drift": (
        "The tenant is much larger or smaller than on the nights before",
        "Check in Entra whether it is meant; checks.rows of the account file says how much is unusual.",
    ),
    "not_listed": (
        "Some objects were left out of the tenant's list",
        "Nothing to do: they were asked for one by one. If it stays, report it to Microsoft with the run's number.",
    ),
    "drift_healed": (
        "A full run found what the incremental runs before it had missed",
        "Nothing to do: it is right now. If it happens often, set reading.full_every_days lower.",
    ),
    "memberships_unknown_group": (
        "Some memberships belong to groups that the snapshot does not have",
        "Nothing to do: the groups were probably deleted while the tenant was read.",
    ),
    "scope_group_missing": (
        "A group that the account's scope names is not in the tenant",
        "Correct the name or id under scope.groups, or delete the entry.",
    ),
    "email_duplicate": (
        "Several people in scope have the same e-mail address",
        "Give each person an address of their own in Entra, or take the spare account out of scope.",
    ),
    "employee_id_duplicate": (
        "Several people in scope have the same employee id",
        "Give each person an employee id of their own in Entra, or take the spare account out of scope.",
    ),
    "value_duplicate": (
        "Several people in scope have the same value in a field that the account wants unique",
        "Correct the attribute in Entra, or take the field off checks.unique of the account file.",
    ),
    "value_missing": (
        "A field that the account requires is empty",
        "Enter the attribute in Entra, or take the field off checks.required of the account file.",
    ),
    "phone_invalid": (
        "A phone number cannot be one",
        "Correct the number in Entra; expected are 5 to 15 digits, as in +44 20 7946 0000.",
    ),
    "text_too_long": (
        "A text is longer than the account expects",
        "Shorten the attribute in Entra, or raise checks.longest_text of the account file.",
    ),
    "text_cleaned": (
        "A text has characters that cannot be shown",
        "Type the attribute anew in Entra: control characters were left out, damaged ones stand as U+FFFD.",
    ),
    "name_missing": (
        "The person has no display name",
        "Enter a display name in Entra, or give mapping.display_name a template or a default.",
    ),
    "account_state_unknown": (
        "Entra does not say whether the account is enabled",
        "Check the account in Entra, and the application permission User.Read.All.",
    ),
    "manager_missing": (
        "The manager is not in the tenant's list of users",
        "Choose another manager in Entra; the old one was probably deleted.",
    ),
    "manager_not_a_user": (
        "The manager is a contact, not a user",
        "Choose a user as the manager in Entra; contacts have no PeopleGoal profile.",
    ),
    "manager_out_of_scope": (
        "The manager is out of scope",
        "Choose another manager in Entra, take the manager into scope, or set manager_fallback: nearest.",
    ),
    "manager_disabled": (
        "The manager's account is disabled",
        "Choose another manager in Entra, or set manager_fallback: nearest in the account file.",
    ),
    "manager_rejected": (
        "The manager's own row was rejected",
        "Mend the manager's row first; the link follows in the next run.",
    ),
    "manager_self": (
        "The person is their own manager",
        "Choose another manager in Entra, or none for the head of the organisation.",
    ),
    "manager_cycle": (
        "The managers form a circle",
        "Change one of the managers in Entra, so that the chain ends at the head of the organisation.",
    ),
}

# Groups that become teams.
_TEAMS = {
    "team_name_duplicate": (
        "Several teams have the same name",
        "Give the groups names of their own in Entra; until then all but one carry an addition in brackets.",
    ),
    "team_lead_missing": (
        "No owner of the group can lead the team",
        "Make somebody in scope an owner of the group in Entra, or set teams.from_groups.lead: null.",
    ),
    "team_name_missing": (
        "A group that becomes a team has no name",
        "Enter a display name for the group in Entra.",
    ),
    "member_unknown": (
        "A group has members that are not in the tenant's list of users",
        "Nothing to do if they were deleted lately; otherwise run the account again in mode full.",
    ),
}

# People and sets that load does not apply.
_HELD = {
    "email_conflict": (
        "The e-mail address belongs to another person in PeopleGoal",
        "Decide in Entra who keeps the address; the newcomer follows in the next run.",
    ),
    "snapshot_empty": (
        "The tenant's list of users was empty",
        "Check the tenant and the application's permissions with entra-sync doctor, and run again.",
    ),
    "groups_empty": (
        "The tenant's list of groups was empty",
        "Check its permissions with entra-sync doctor; if the groups are gone, set teams.from_groups to null.",
    ),
    "too_many_deactivations": (
        "More people would leave than the account allows in one run",
        "Look at the names in the sync history, and answer in Airflow or with entra-sync decisions approve or reject.",
    ),
    "too_many_creations": (
        "More people would join than the account allows in one run",
        "Look at the names in the sync history, and answer in Airflow or with entra-sync decisions approve or reject.",
    ),
    "too_much_team_loss": (
        "A team would lose more members than the account allows in one run",
        "Look at the names in the sync history, and answer in Airflow or with entra-sync decisions approve or reject.",
    ),
}

# Found while loading.
_LOADED = {
    "snapshot_incomplete": (
        "Not all of the tenant was read",
        "Nothing to do if the next run is complete; otherwise see the run's log of the step extract.",
    ),
    "protected": (
        "A leaver is on the account's list of protected people",
        "Take the person off guards.protected if they shall be deactivated.",
    ),
    "leaving_soon": (
        "A leaver stays for the account's days of grace",
        "Nothing to do if the person left; otherwise bring them back in Entra, or into scope, before that day.",
    ),
    "rehire_candidate": (
        "A newcomer has the employee id of somebody who was here before",
        "Check whether it is the same person, and join the two profiles in PeopleGoal if so.",
    ),
    "manager_not_linked": (
        "The manager has no PeopleGoal user yet",
        "Nothing to do: the link follows in the run that creates the manager.",
    ),
}

# Left as it is while a run is undone.
_UNDO = {
    "undo_changed_since": (
        "What the undone run wrote is no longer there",
        "Nothing to do if the present value is right; otherwise change it in Entra or in PeopleGoal.",
    ),
    "undo_address_taken": (
        "Another person has the e-mail address of before by now",
        "Decide who keeps the address, change the other person's, and undo the run again.",
    ),
}

# What the account signs in with.
_SIGN_IN = {
    "credential_ends": (
        "The client secret or certificate ends soon",
        "Make a second one in Entra, put it into the connection, run entra-sync doctor, then delete the old one.",
    ),
}

# The run as a whole.
_RUN = {
    "sign_in_refused": (
        "Entra refused the sign-in",
        "See the AADSTS code in the message; usually the client secret expired: create a new one.",
    ),
    "permission_missing": (
        "Graph refused a call for want of a permission",
        "Grant User.Read.All and GroupMember.Read.All as application permissions, with admin consent.",
    ),
    "graph_unavailable": (
        "Graph did not answer",
        "Nothing to do: the run is tried again. If it stays, see Microsoft's service health page.",
    ),
    "graph_protocol_error": (
        "Graph gave an answer that its contract excludes",
        "Run again; if it stays, report it with the request id of the message.",
    ),
    "graph_error": (
        "A call to Graph failed",
        "See the code and the request id in the message.",
    ),
    "configuration_error": (
        "The account file, a connection or the environment is wrong",
        "Correct what the message names; entra-sync accounts check shows the same without a run.",
    ),
    "connection_field_error": (
        "A field of the Entra connection is missing or malformed",
        "Correct the field that the message names, and press Test in Airflow's form.",
    ),
    "snapshot_error": (
        "A stored snapshot is missing, unsealed or damaged",
        "Run the step extract again.",
    ),
    "snapshot_missing": (
        "Nothing is stored of the day that shall be replayed",
        "Entra cannot be read as of a past day: choose a day whose snapshot is kept, or run a full sync.",
    ),
    "snapshot_of_another": (
        "The store holds the snapshot of an earlier run under this run's number",
        "The database is older than the store, as after a restore: give new runs new numbers, as docs/operate.md says.",
    ),
    "validation_blocked": (
        "The snapshot as a whole must not be loaded",
        "See the issues of the step validate; mend what they name and run again.",
    ),
    "account_busy": (
        "Another run works on the account",
        "Nothing to do: the run is tried again when the other one has ended.",
    ),
    "lease_lost": (
        "The run was taken for dead and another one took the account over",
        "Nothing to do if the other run succeeded; otherwise run again.",
    ),
    "database_failed": (
        "PostgreSQL ended a step of the run",
        "The step is tried again; if it fails every time, see to the database with what the message says.",
    ),
    "run_abandoned": (
        "The run ended without closing its row",
        "The process was probably killed; see Airflow's log of the run, and run again.",
    ),
    "run_failed": (
        "The run failed for a reason that has no code of its own",
        "See Airflow's log of the step, and report it with the run's number.",
    ),
}

_REGISTRY: tuple[tuple[Severity, str, dict[str, tuple[str, str]]], ...] = (
    ("error", "validate", _BLOCKING),
    ("error", "validate", _DRIFTED),
    ("error", "validate", _REJECTING),
    ("warning", "validate", _NOTED),
    ("warning", "transform", _TEAMS),
    ("error", "load", _HELD),
    ("warning", "load", _LOADED),
    ("warning", "undo", _UNDO),
    ("warning", "run", _SIGN_IN),
    ("error", "run", _RUN),
)

CODES: dict[str, Code] = {
    code: Code(code=code, severity=severity, step=step, title=title, hint=hint)
    for severity, step, codes in _REGISTRY
    for code, (title, hint) in codes.items()
}

# What an account may make of a check that fails; the first is the default. A value that cannot be read is never let
# through, because it would clear one that could.
_ROW = ("reject", "block", "warn", "ignore")
_NOTICE = ("warn", "block", "reject", "ignore")
_LINK = ("warn", "block", "ignore")
SEVERITIES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*_BLOCKING,), ("block",)),
    **dict.fromkeys(("attributes_unreadable", "memberships_dangling"), ("block", "warn")),
    **dict.fromkeys(_DRIFTED, ("block", "warn", "ignore")),
    **dict.fromkeys(_REJECTING, _ROW),
    **dict.fromkeys(("email_invalid", "date_invalid", "number_invalid", "bool_invalid"), ("reject", "block")),
    **dict.fromkeys(_NOTED, _LINK),
    **dict.fromkeys(
        (
            "email_duplicate",
            "employee_id_duplicate",
            "value_duplicate",
            "value_missing",
            "phone_invalid",
            "text_too_long",
            "text_cleaned",
            "name_missing",
            "account_state_unknown",
        ),
        _NOTICE,
    ),
    **dict.fromkeys(_TEAMS, ("warn", "ignore")),
}
