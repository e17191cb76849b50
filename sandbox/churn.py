"""Many small changes at once: what an incremental reading of a large company has to find.

Unlike ``day`` it tells no story and has no limits for small companies: so many users change, in fixed proportions, and
as many memberships. The same company, share and seed give the same changes.
"""

from __future__ import annotations

import random
from collections import Counter

from sandbox.model import Company
from sandbox.names import DEPARTMENTS, OFFICES
from sandbox.people import employee_attributes

# Of 20 users that change: so many get another office, another manager, leave (deleted or disabled in turn) or join.
ATTRIBUTES, MANAGERS, LEAVERS, JOINERS = 12, 4, 2, 2


def churn(company: Company, *, share: float, seed: int = 1) -> dict[str, int]:
    """Change ``share`` of the users, and as many memberships; gives how many changed in which way.

    ``users`` and ``groups`` count the objects that differ from before: joined, changed or left.
    """
    with company.lock:
        version = company.version
        rng = random.Random(f"churn:{company.seed}:{seed}:{version}")
        bosses = {user.manager_id for user in company.users.values()}
        leads = [user.id for user in company.users.values() if user.id in bosses]
        # People without reports: nobody's manager leaves, and no circle of managers can close.
        free = [
            user.id
            for user in company.users.values()
            if user.id not in bosses
            and user.attributes["accountEnabled"]
            and user.attributes.get("userType") == "Member"
        ]
        count = min(round(len(company.users) * share), len(free))
        done: Counter[str] = Counter()
        for number, user_id in enumerate(rng.sample(free, count)):
            done[_change(company, rng, user_id, leads, number)] += 1
        done.update(_memberships(company, rng, count))
        changed = {(c.entity, c.id) for c in company.changes if c.version > version}
        return dict(done) | {kind + "s": sum(entity == kind for entity, _ in changed) for kind in ("user", "group")}


def _change(company: Company, rng: random.Random, user_id: str, leads: list[str], number: int) -> str:
    """Let something happen to one person, or somebody join; gives its name."""
    place = number % (ATTRIBUTES + MANAGERS + LEAVERS + JOINERS)
    if place < ATTRIBUTES or not leads:
        office = rng.choice(OFFICES)
        company.update_user(
            user_id, officeLocation=office[0], mobilePhone=f"{office[6]} {rng.randrange(10_000, 99_999)}"
        )
        return "attributes"
    if place < ATTRIBUTES + MANAGERS:
        company.set_manager(user_id, rng.choice(leads))
        return "managers"
    if place < ATTRIBUTES + MANAGERS + LEAVERS:
        if place % 2:
            company.delete_user(user_id)
            return "deleted"
        company.disable(user_id)
        return "disabled"
    department, _, _, titles, _ = rng.choice(DEPARTMENTS)
    attributes = employee_attributes(company, rng, department, rng.choice(titles))
    company.add_user(manager_id=rng.choice(leads), **attributes)
    return "joined"


def _memberships(company: Company, rng: random.Random, count: int) -> Counter[str]:
    """Half of them begin, half of them end, in groups of every size."""
    done: Counter[str] = Counter()
    groups = [
        group.id for group in company.groups.values() if "DynamicMembership" not in group.attributes["groupTypes"]
    ]
    people = list(company.users)
    for number in range(count if groups else 0):
        group_id = rng.choice(groups)
        members = [member for member in company.groups[group_id].member_ids if member in company.users]
        if number % 2 and len(members) > 2:
            company.remove_member(group_id, rng.choice(members))
            done["members_removed"] += 1
        else:
            company.add_member(group_id, rng.choice(people))
            done["members_added"] += 1
    return done
