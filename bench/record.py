"""All that one ``make bench`` measured, kept as JSON so that the page can be written anew without measuring again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from bench.growth import Size
from bench.machine import Machine
from bench.nights import Nights
from bench.parsing import Parsed
from bench.peers.side_by_side import Comparison
from bench.ratio import Turns


@dataclass(frozen=True, kw_only=True)
class Record:
    """``load_averages``: of the machine as each section began, in their order; other work shows there."""

    started: datetime
    took_s: float
    machine: Machine
    load_averages: dict[str, float]
    parsing: Parsed
    ratio: Turns
    nights: Nights
    sizes: tuple[Size, ...]
    peers: tuple[Comparison, ...]

    def save(self, path: Path) -> None:
        """Keep it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(TypeAdapter(Record).dump_json(self, indent=1))

    @classmethod
    def load(cls, path: Path) -> Record:
        """Take one that was kept. Raises OSError, and ValueError for what is no record of this version."""
        return TypeAdapter(Record).validate_json(path.read_bytes())
