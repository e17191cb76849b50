"""What a small ``make bench`` would have measured: every figure of every piece of work is another."""

from __future__ import annotations

from datetime import UTC, datetime

from bench.bounds import Bound
from bench.child import Cost
from bench.growth import Extraction, Size
from bench.loading import FLOOR, NIGHTS, Piece
from bench.loading import Measured as Loaded
from bench.machine import Machine
from bench.nights import STEPS, Floors, Night, Nights
from bench.parsing import Parsed
from bench.peers.side_by_side import CONCURRENCY, PRODUCT, Comparison, Reading
from bench.ratio import Turn, Turns
from bench.record import Record
from bench.rules import STEPS as RULES
from bench.rules import Measured as Ruled
from bench.server_cost import ServerCost

PICTURES = ("steps", "peers", "growth")


def cost(seconds: float) -> Cost:
    """Every figure of every piece of work is another."""
    return Cost(wall_s=seconds, cpu_s=seconds * 0.71, peak_mib=100 + seconds * 10)


def night(name: str, factor: float) -> Night:
    return Night(
        name=name,
        outcome="success",
        counts={"users": 1000, "groups": 50, "memberships": 5000},
        requests=60,
        retries=0,
        costs={step: cost(factor * place) for place, step in enumerate(STEPS, start=1)},
    )


def size(users: int) -> Size:
    unit = users / 1000
    return Size(
        users=users,
        extraction=Extraction(
            counts={"users": users, "groups": users // 20, "memberships": users * 5},
            requests=round(130 * unit),
            units=round(240 * unit),
            throttled=0,
            latency_ms=50,
            cost=cost(1.37 * unit),
            bound=Bound(requests=round(100 * unit), items=0, units=round(200 * unit)),
        ),
        rules=Ruled(
            users=users,
            costs={step: cost(2.03 * unit * place) for place, step in enumerate(RULES, start=1)},
            counts={"checks": 113},
        ),
        loading=Loaded(
            rows={"profile": users, "person": users, "team": users // 20, "team_member": users * 5},
            pieces={name: [piece(unit * place)] for place, name in enumerate((FLOOR, *NIGHTS), start=1)},
        ),
    )


def piece(seconds: float) -> Piece:
    server = ServerCost(cpu_s=seconds * 0.29, wal_bytes=round(seconds * 1e6))
    return Piece(cost=cost(seconds * 1.13), server=server, counts={"status": "success"}, seconds={})


def reading(reader: str, seconds: float, missing: tuple[str, ...] = ()) -> Reading:
    rows = 5000 - len(missing)
    return Reading(
        reader=reader, requests=77, wall_s=seconds, cpu_s=seconds / 3, peak_mib=150.0, rows=rows, missing=missing
    )


def compared(*readings: Reading, not_measured: dict[str, str] | None = None) -> Comparison:
    names = [one.reader for one in readings]
    return Comparison(
        rows={"users": 1000, "managers": 990, "groups": 50, "memberships": 5000},
        latency_ms=50,
        rounds=2,
        readings={one.reader: one for one in readings},
        versions={name: "1.2.3" for name in names if name != PRODUCT},
        at_once={name: CONCURRENCY[name] for name in names},
        not_measured=not_measured or {},
    )


RECORD = Record(
    started=datetime(2026, 11, 29, 3, 4, 5, tzinfo=UTC),
    took_s=754.0,
    machine=Machine(
        cpus=3,
        architecture="riscv64",
        memory_bytes=12 * 2**30,
        system="Some Linux 7",
        python="3.12.1",
        postgres="18.4",
        packages={"apache-airflow": "3.3.2", "pandas": "3.1.1", "msal": "1.39.0"},
        commit="abc1234",
        changed=False,
    ),
    load_averages={"DAG file": 0.4, "peers": 2.5},
    parsing=Parsed(airflow_s=1.91, beyond_s=0.23, rounds=3),
    ratio=Turns(turns=(Turn(sync_s=14.2, empty_s=10.1), Turn(sync_s=15.3, empty_s=9.9))),
    nights=Nights(
        latency_ms=50,
        nights=(night("first load", 1.11), night("the same again", 0.57), night("a working day later", 0.83)),
        floors=Floors(requests=48, chain_s=0.55, json_bytes=3_400_000, parse_s=0.043, read_s=0.21, copy_s=0.37),
    ),
    sizes=(size(1000), size(10_000)),
    peers=(
        compared(reading(PRODUCT, 1.9), reading("dlt_source", 8.4), reading("provider_hook", 6.1)),
        compared(reading(PRODUCT, 1.1), reading("msgraph_sdk", 33.0)),
    ),
)
