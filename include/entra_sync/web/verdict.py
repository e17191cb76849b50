"""The answer to "why is this person not here?" in one sentence, with what can be done."""

from dataclasses import dataclass

from entra_sync.explain import Explanation
from entra_sync.scope import REASONS


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """``good``: the person is synced as the directory has them."""

    said: str
    advice: str
    good: bool


def verdict(found: Explanation) -> Verdict:
    """What became of the person in the night that is explained."""
    directory, user = found.directory, found.present
    active = user is not None and user.status != "deactivated"
    if found.forgotten:
        return Verdict(
            said=f"Forgotten: the person's data were erased on {found.forgotten:%-d %b %Y}.",
            advice="The object id and what happened when are kept, nothing else.",
            good=False,
        )
    if found.run.status == "failed":
        return Verdict(
            said=f"The last sync failed in the step {found.run.error_step}: nobody was changed by it.",
            advice="Mend what the run names, and run again.",
            good=False,
        )
    if found.run.status == "running":
        return Verdict(
            said="A sync is at work: it has read the directory and has not loaded it yet.",
            advice="Look again when it has ended.",
            good=False,
        )
    gone = directory is None or directory.state in ("disabled", "out_of_scope")
    if gone and active and user is not None and user.entra_id:
        return _stays(found)
    if directory is None:
        return Verdict(
            said="Not synced: the directory does not have this person.",
            advice="Deleted in Entra, or never there. Restore or create them there; the next sync takes them.",
            good=False,
        )
    if directory.state == "out_of_scope":
        return Verdict(
            said=f"Not synced: out of scope, because {_reason(directory.reason)}.",
            advice="Change the person in Entra, or the account's scope; the rules below show which one decided.",
            good=False,
        )
    if directory.state == "disabled":
        return Verdict(
            said="Not synced: the account is disabled in Entra, which counts as having left.",
            advice="Enable the account in Entra; the next sync brings the person back.",
            good=False,
        )
    if directory.state == "rejected":
        return Verdict(
            said="Not updated: the person's row was rejected, and PeopleGoal keeps what it has.",
            advice="The issue below says what to correct in Entra.",
            good=False,
        )
    if found.match.kind == "withheld":
        return Verdict(
            said="Not here yet: the new user is withheld.",
            advice="The issue below says what it waits for.",
            good=False,
        )
    if found.match.kind.startswith("would_"):
        return Verdict(
            said="Not here yet: a preview planned the person, and a preview changes nothing.",
            advice="Run a full or an incremental sync.",
            good=False,
        )
    if not active:
        return Verdict(
            said="In the directory and in scope, but not active in PeopleGoal.",
            advice="An undo took the person back, or a sync has not brought them yet: an issue below says what keeps"
            " them out; without one, the next sync brings them.",
            good=False,
        )
    return Verdict(said="Synced: in the directory, in scope, and in PeopleGoal.", advice="", good=True)


def _stays(found: Explanation) -> Verdict:
    """Of somebody who counts as having left, and whom PeopleGoal still has."""
    if found.ignored:
        return Verdict(
            said="Left alone: the person has left, and stays in PeopleGoal as the account file says (leavers: ignore).",
            advice="Deactivate the person in PeopleGoal, or change the account file's leavers.",
            good=False,
        )
    directory = found.directory
    if directory is None:
        why = "the directory does not have this person any more"
    elif directory.state == "disabled":
        why = "the account is disabled in Entra, which counts as having left"
    else:
        why = f"out of scope, because {_reason(directory.reason)}"
    return Verdict(
        said=f"Still in PeopleGoal, though no longer synced: {why}.",
        advice="The deactivation is withheld (a limit, a protected person, days of grace), was only planned, or was"
        " undone: what stands below, or the run, says which.",
        good=False,
    )


def _reason(reason: str | None) -> str:
    return REASONS.get(reason or "", reason or "of a rule")
