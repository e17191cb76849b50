"""The page: the figures that matter most, then a section for each kind of measurement, then how to repeat it."""

from __future__ import annotations

from bench.growth import Size
from bench.machine import Machine
from bench.nights import Night
from bench.record import Record
from bench.report.compared import peers, worst
from bench.report.figures import counted, figure, listed, prose, table, times
from bench.report.sized import growth, loading, rules
from bench.report.steps import floor_of


def written(record: Record) -> str:
    """The whole page."""
    sections = [
        first(record),
        machine(record),
        airflow(record),
        nights(record),
        loading(record.sizes[-1]),
        rules(record.sizes),
        growth(record.sizes),
        peers(record.peers),
        repeat(),
    ]
    return "\n\n".join(sections) + "\n"


def first(record: Record) -> str:
    """What it is, and the figures that matter most."""
    night, again, later = record.nights.nights
    largest = record.sizes[-1]
    people = f"{night.counts['users']:,} people"
    rows = [
        [f"a first night of {people}, all steps", f"{figure(night.wall_s)} s, {figure(night.cpu_s)} s of CPU"],
        ["the same directory again", f"{figure(again.wall_s)} s, {figure(again.cpu_s)} s of CPU"],
        ["a working day later", f"{figure(later.wall_s)} s, {figure(later.cpu_s)} s of CPU"],
        ["requests of the first night beside the fewest that Graph's contract allows", _requests(record)],
        [
            f"loading {largest.users:,} people when nothing has changed, beside COPY of the same rows",
            f"{times(largest.loading.floors('unchanged', 'cpu'))} the CPU time",
        ],
        [f"`make sync` beside a DAG of as many steps that do nothing, {_turns(record)}", times(record.ratio.ratio)],
    ]
    grown = _grown(record.sizes)
    if grown:
        rows.append(grown)
    rows += worst(record.peers)
    what = prose(
        "What a night costs, beside the least that it could cost and beside what others need for the same.",
        f"`make bench` measures it all and writes this page; last on {record.started:%-d %B %Y}, in",
        f"{record.took_s / 60:.0f} minutes.",
    )
    how = prose(
        "Ratios count more than seconds: both sides of a ratio ran within minutes on the same machine. CPU time",
        "counts more than wall time where others use the machine as well.",
    )
    return f"# Benchmarks\n\n{what}\n\n{table(['what', 'measured'], rows)}\n\n{how}"


def _requests(record: Record) -> str:
    sent, least = record.nights.nights[0].requests, record.nights.floors.requests
    return f"{sent:,} beside {least:,}, {times(sent / least)}"


def _turns(record: Record) -> str:
    return f"median of {len(record.ratio.turns)} turns"


def _grown(sizes: tuple[Size, ...]) -> list[str] | None:
    if len(sizes) < 2:
        return None
    before, after = sizes[-2:]
    then, now = before.costs(), after.costs()
    factors = [f"{name} {times(now[name].cpu_s / then[name].cpu_s)}" for name in now]
    what = f"CPU time of {after.users:,} people beside that of {before.users:,}"
    return [f"{what}, {after.users / before.users:.0f} times as many", "; ".join(factors)]


def machine(record: Record) -> str:
    """What it ran on."""
    own = record.machine
    loads = ", ".join(f"{name} {load:.1f}" for name, load in record.load_averages.items())
    rows = [
        ["processors, memory", f"{own.cpus} of {own.architecture}, {own.memory_bytes / 2**30:.0f} GiB"],
        ["system", own.system],
        ["Python, PostgreSQL", f"{own.python}, {own.postgres} (embedded, with the settings that `make sync` gives it)"],
        ["packages", ", ".join(f"{name} {version}" for name, version in own.packages.items())],
        ["product", _commit(own)],
        ["begun", f"{record.started:%Y-%m-%d %H:%M} UTC"],
        ["load average as each part began", loads],
    ]
    shared = prose(
        f"A load average above {own.cpus} says that other work ran at the same time, or that a measurement filled",
        "all processors itself: then wall times are longer than the work needs, and CPU times somewhat. Client,",
        "database server and sandbox tenant share the processors, too.",
    )
    return f"## The machine\n\n{table(['', ''], rows)}\n\n{shared}"


def _commit(own: Machine) -> str:
    what = f"as of commit {own.commit}, the newest that changed `include`, `dags`, `sandbox` or `requirements.txt`"
    return f"{what}, with changes that were not committed" if own.changed else what


def airflow(record: Record) -> str:
    """The DAG file, and a whole run beside an empty one."""
    parsed, turns = record.parsing, record.ratio
    rows = [
        ["importing Airflow's SDK", f"{figure(parsed.airflow_s)} s"],
        ["the DAG file beyond that", f"{figure(parsed.beyond_s)} s"],
        ["`make sync` of the sandbox tenant, nothing changed", f"{figure(turns.sync_s)} s"],
        ["a DAG of as many steps that do nothing", f"{figure(turns.empty_s)} s"],
        ["a sync beside the empty run after it, median", times(turns.ratio)],
    ]
    each = ", ".join(times(turn.sync_s / turn.empty_s) for turn in turns.turns)
    how = prose(
        "Airflow reads the DAG file again and again: it loads neither pandas nor Great Expectations. Of",
        f"{parsed.rounds} readings, each in a new process, the quickest counts. Syncs and empty runs take turns on",
        "one set-up that is there already, each in a new process that starts PostgreSQL and Airflow; a sync with",
        f"its sandbox tenant. The turns were {each}.",
    )
    return f"## Airflow's share\n\n{table(['what', 'wall time'], rows)}\n\n{how}"


def nights(record: Record) -> str:
    """Step by step."""
    found = record.nights
    first_night = found.nights[0]
    head = ["step"]
    for night in found.nights:
        head += [f"{night.name}, wall s", "CPU s"]
    rows = []
    for step in first_night.costs:
        costs = [night.costs[step] for night in found.nights]
        rows.append([step, *(figure(value) for cost in costs for value in (cost.wall_s, cost.cpu_s))])
    rows.append(["all", *(figure(value) for night in found.nights for value in (night.wall_s, night.cpu_s))])
    peak = max((cost.peak_mib, step) for night in found.nights for step, cost in night.costs.items())
    most = prose(
        f"The most memory that a step had resident was {peak[0]:,.0f} MiB ({peak[1]}). Each step is a process of its",
        "own, and what it imports counts, as in a task. CPU time is that of the step, without the database server's",
        "and the tenant's. The steps that only tell others of a run need Airflow, and are left out.",
    )
    return (
        f"## The steps of a night\n\n{_tenant(found.nights, found.latency_ms)}\n\n"
        "![Wall and CPU time of each step in three nights, beside floors](images/bench-steps.svg)\n\n"
        f"{table(head, rows)}\n\n{most}\n\n"
        "What the first night costs beside what it costs at least:\n\n"
        f"{table(['what', 'first night', 'floor', ''], _floors(record))}"
    )


def _tenant(found: tuple[Night, ...], latency_ms: int) -> str:
    one = found[0]
    outcomes = listed([f"{night.name} ({night.outcome})" for night in found])
    return prose(
        f"A sandbox tenant of {counted(one.counts)}, in another process, over HTTPS, with {latency_ms} ms before",
        f"each answer. The nights: {outcomes}.",
    )


def _floors(record: Record) -> list[list[str]]:
    night, floors = record.nights.nights[0], record.nights.floors
    extract = night.costs["extract"]
    sent, fewest = night.requests, floors.requests
    contract = "requests: the fewest that Graph's contract allows ([Graph](graph.md), 5)"
    found = [[contract, f"{sent:,}", f"{fewest:,}", times(sent / fewest)]]
    megabytes = f"{floors.json_bytes / 1e6:.1f} MB"
    chain = f"extract, wall time: one chain of user pages at {record.nights.latency_ms} ms; the product reads ranges"
    least = floor_of("extract", floors) or 0.0
    for what, took, floor in (
        (chain, extract.wall_s, floors.chain_s),
        (f"extract, CPU time: parsing the same {megabytes} of JSON", extract.cpu_s, least),
        ("validate, wall time: pandas' reading of the same files", night.costs["validate"].wall_s, floors.read_s),
        ("transform, wall time: the same", night.costs["transform"].wall_s, floors.read_s),
        ("load, wall time: COPY of the same rows into temporary tables", night.costs["load"].wall_s, floors.copy_s),
    ):
        found.append([what, f"{figure(took)} s", f"{figure(floor)} s", times(took / floor)])
    return found


def repeat() -> str:
    """How to have the same again."""
    return (
        "## How to repeat it\n\n"
        "```sh\n"
        "make bench                                                # all of it; keeps the record in .local/bench.json\n"
        ".venv/bin/python -m bench --from .local/bench.json        # page and pictures anew, without measuring\n"
        ".venv/bin/python -m bench.rules --sizes 100000 1000000    # validate and transform\n"
        ".venv/bin/python -m bench.loading --users 1000000         # loads beside COPY\n"
        ".venv/bin/python -m bench.scale --users 1000000           # a full reading beside its bound\n"
        ".venv/bin/python -m bench.incremental                     # a night when 0.5 % have changed\n"
        ".venv/bin/python -m bench.peers                           # the readers side by side\n"
        "```\n\n"
        + prose(
            "Each measurement is a process of its own, so that its CPU time and its peak memory are its own. No",
            "figure on this page was typed: they are those of one record. Larger sizes are in [loading](loading.md)",
            "and [decisions](decisions/README.md); hundreds of accounts at once are `python -m bench.midnight`",
            "([many accounts at midnight](midnight.md)).",
        )
    )
