"""docs/benchmarks.md and its pictures, out of what one ``make bench`` measured."""

from __future__ import annotations

from pathlib import Path

from bench.record import Record
from bench.report import growth, page, peers, steps


def write(record: Record, to: Path) -> None:
    """Write the page to ``to``, and its pictures to ``images`` beside it."""
    images = to.parent / "images"
    images.mkdir(parents=True, exist_ok=True)
    drawn = {"steps": steps.draw(record.nights), "peers": peers.draw(record.peers), "growth": growth.draw(record.sizes)}
    for name, picture in drawn.items():
        (images / f"bench-{name}.svg").write_text(picture, encoding="utf-8")
    to.write_text(page.written(record), encoding="utf-8")
