"""Ways up a chart of persons, walked for everybody at once.

Persons are the numbers 0 to n - 1. A chart is an array of n + 1 numbers: for each person the one above, for the last
place, which stands for nobody, itself. Each round walks twice as far as the one before, so a chain of a million takes
twenty rounds of numpy, and an ordinary company five.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def chart_of(above: Numbers) -> Numbers:
    """The chart in which ``above`` stands over each person; n = nobody."""
    return np.append(above, len(above))


def nearest(up: Numbers, wanted: Mask) -> Numbers:
    """For everybody the first wanted person on the way up, oneself included; nobody when there is none.

    ``wanted`` has n + 1 places, the last one false.
    """
    far = _walked(np.where(wanted, np.arange(len(up)), up))
    return np.where(wanted[far], far, len(up) - 1)


def circles(up: Numbers) -> list[Numbers]:
    """The circles of a chart, each from its smallest number on, along the ways up; sorted."""
    inside = np.flatnonzero(_reached(_walked(up)))[:-1]
    place = np.full(len(up), -1)
    place[inside] = np.arange(len(inside))
    jump, smallest = place[up[inside]], inside.copy()
    for _ in range(len(inside).bit_length()):
        smallest = np.minimum(smallest, smallest[jump])
        jump = jump[jump]
    return [_along(up, int(start)) for start in inside[smallest == inside]]


def measures(up: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """depth (how many are above; 0 = nobody), span (directly below) and below (all), of a chart without circles."""
    nobody = len(up) - 1
    far = up.copy()
    depth = (up != nobody).astype(np.int64)
    below = np.ones(len(up), dtype=np.int64)
    while (far != nobody).any():
        # ``below`` counts those who are nearer than the ways are long; now those whose ways end here bring theirs.
        below += np.bincount(far, weights=below, minlength=len(up)).astype(np.int64)
        depth += depth[far]
        far = far[far]
        below[nobody] = 0
    span = np.bincount(up[:-1], minlength=len(up))
    return depth[:-1], span[:-1], below[:-1] - 1


def _walked(up: Numbers) -> Numbers:
    """Where everybody is after a way so long that all are on a circle, with nobody, or with one who stays."""
    far, former, ends = up, -1, int(_reached(up).sum())
    while ends != former:
        far, former = far[far], ends
        ends = int(_reached(far).sum())
    return far


def _reached(far: Numbers) -> Mask:
    """Who is at the end of somebody's way."""
    found = np.zeros(len(far), dtype=bool)
    found[far] = True
    return found


def _along(up: Numbers, start: int) -> Numbers:
    way, person = [start], int(up[start])
    while person != start:
        way.append(person)
        person = int(up[person])
    return np.array(way, dtype=np.int64)
