"""What becomes of people who leave the directory or its scope: the section ``leavers`` of an account file."""

from __future__ import annotations

from typing import Literal

from entra_sync.config.base import Strict

Policy = Literal["deactivate", "ignore"]


class Leavers(Strict):
    """What becomes of people who leave; `ignore` leaves them as they are."""

    deleted: Policy = "deactivate"
    """People who are no longer in the directory."""
    disabled: Policy = "deactivate"
    """People whose account is disabled."""
    out_of_scope: Policy = "deactivate"
    """People who are no longer in `scope`."""
    reports: Literal["none", "keep", "to_managers_manager"] = "none"
    """Who is the manager of a leaver's reports until the directory names another: nobody, the leaver, or the leaver's
    own manager."""

    def ignored(self) -> list[str]:
        """States of ``stage_person`` that make nobody leave."""
        policies = {"absent": self.deleted, "disabled": self.disabled, "out_of_scope": self.out_of_scope}
        return [state for state, policy in policies.items() if policy == "ignore"]
