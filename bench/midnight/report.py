"""The figures of a night, each with what it means."""

from __future__ import annotations

from statistics import mean, median

from bench.midnight.fairness import Waited, jain, quarters, tenths, waited
from bench.midnight.ideal import AFTER, as_configured, bounds, first_come, ordered
from bench.midnight.load import at_once, busiest, readings, runs, steps
from bench.midnight.recorded import Night

# How long a step's end leaves the account to its run: include/entra_sync/record/runs.py.
LEASE_S = 900
EXTRACT, LOAD = "entra_sync_extract", "entra_sync_load"


def show(night: Night) -> None:
    """Print everything."""
    people = sorted(night.people.values())
    facts, loads = night.facts, [sample.load_average for sample in night.samples]
    print(
        f"\n{len(people)} accounts, {sum(people):,} people ({people[0]} to {people[-1]:,}), {len(night.steps):,} steps"
    )
    line("night", f"{facts['first_due'][:16].replace('T', ' ')} UTC, {setting(night)}")
    for name, value in facts.get("more", {}).items():
        line("", f"{name}={value}")
    line("known", f"{facts['known_s']:.0f} s from the account files to a DAG with a next start for each")
    busy = mean(sample.cpu for sample in night.samples)
    line("machine", f"processors busy {busy:.0%} of the time, load average {mean(loads):.1f} (to {max(loads):.1f})")
    cpu = dict(sorted(facts["cpu_s"].items(), key=lambda one: -one[1]))
    each = ", ".join(f"{name} {seconds / len(people):.2f}" for name, seconds in cpu.items() if seconds >= 0.5)
    line("processor", f"{sum(cpu.values()) / len(people):.1f} s an account: {each}")
    makespan(night)
    overhead(night)
    fairness(waited(night))
    graph(night)
    database(night)
    line("accounts", f"{at_once(runs(night).values())} begun and not ended at once; each had one run")


def line(name: str, *sentences: str) -> None:
    """A figure by its name; what follows stands below it."""
    for place, sentence in enumerate(sentences):
        print(f"  {'' if place else name:<11}{sentence}")


def setting(night: Night) -> str:
    """How it was configured, in a line."""
    facts, slots = night.facts, night.slots
    spread = f"spread over {facts['spread_minutes']} min" if facts["spread_minutes"] else "all at one minute"
    told = "large ones first" if facts["told"] else "all the same weight"
    pools = f"{slots['workers']} worker slots, extract {slots[EXTRACT]}, load {slots[LOAD]}"
    return f"{spread}, {told}; {pools}; {facts['latency_s'] * 1000:.0f} ms a request"


def makespan(night: Night) -> None:
    """Beside its lower bounds, and beside the same steps in other orders."""
    least = bounds(night)
    best = max(least.values())
    line("makespan", f"{night.makespan:.0f} s from the first account's minute to the last step's end")
    line("ideal", f"{best:.0f} s: {night.makespan / best:.2f} x. Its lower bounds:")
    for name, seconds in least.items():
        what = "the longest account alone" if name == "longest" else f"what held slots of {name}, over its slots"
        line("", f"{seconds:>6.0f} s  {what}")
    line("by list", "the same steps with nothing between them, in order:")
    for what, rank in (("as configured", as_configured(night)), ("first come, first served", first_come)):
        line("", f"{ordered(night, rank):>6.0f} s  {what}")


def overhead(night: Night) -> None:
    """What of a slot is the step itself, and what Airflow takes with steps that do nothing."""
    line("a step", "seconds of its slot, of those in the step itself (means); seconds from queued to begun (median)")
    for name in AFTER:
        own = [step for step in night.steps if step.name == name]
        if own:
            slot, inside = mean(step.slot_s for step in own), mean(step.ended - step.started for step in own)
            line("", f"{name:<10}{slot:>7.2f}{inside:>7.2f}{median(step.started - step.queued for step in own):>8.1f}")
    line("again", f"{sum(step.tries > 1 for step in night.steps)} steps were tried again")
    empty = night.facts.get("empty")
    if empty:
        scaled = empty["makespan_s"] / empty["accounts"] * len(night.people)
        line(
            "Airflow",
            f"{empty['makespan_s']:.0f} s for {empty['accounts']} accounts whose {empty['steps']} steps do nothing,"
            f" {empty['slot_s']:.2f} s of a slot each;",
            f"for {len(night.people)} accounts {scaled:.0f} s: {scaled / night.makespan:.0%} of the makespan",
        )


def fairness(found: list[Waited]) -> None:
    """Who waited how long, by size."""
    line("waited", "seconds by size: the median, what nine of ten stay under, the longest")
    print(
        f"    {'people':<14}{'until begun':>20}{'until done':>20}{'own work':>10}{'slowdown':>20}{'longest pause':>15}"
    )
    for part in quarters(found):
        begun, done = (tenths([getattr(one, name) for one in part]) for name in ("begun_s", "done_s"))
        slow = tenths([one.slowdown for one in part])
        print(
            f"    {f'{part[0].people:,} to {part[-1].people:,}':<14}"
            f"{' '.join(f'{value:.0f}' for value in begun):>20}{' '.join(f'{value:.0f}' for value in done):>20}"
            f"{median(one.work_s for one in part):>10.0f}{' '.join(f'{value:.1f}' for value in slow):>20}"
            f"{max(one.pause_s for one in part):>15.0f}"
        )
    done_s = [one.done_s for one in found]
    line(
        "fairness",
        f"{jain(done_s):.2f}: Jain's index of the seconds until done; 1: all wait alike, 1/n: one waits for all",
        f"the longest is {max(done_s) / median(done_s):.2f} x the median",
    )
    line(
        "half-way", f"{max(one.pause_s for one in found):.0f} s between two steps at most; the lease lasts {LEASE_S} s"
    )


def graph(night: Night) -> None:
    """What the pool of extract promises, beside what the tenants' server saw."""
    times = [request.begun for request in night.requests]
    span = max(times) - min(times)
    read, ran = at_once(readings(night)), at_once(steps(night, "extract"))
    together = at_once([(request.begun, request.ended) for request in night.requests])
    line(
        "Graph",
        f"{read} tenants read at once by its server, {ran} by the steps, of {night.slots[EXTRACT]} allowed",
        f"{len(times):,} requests, {len(times) / span:.1f} a second, {busiest(times, 10):.1f} in the busiest ten;"
        f" {together} at once",
    )


def database(night: Night) -> None:
    """What the pool of load promises, beside what the database saw."""
    seen, ran = max(sample.loads for sample in night.samples), at_once(steps(night, "load"))
    line(
        "database",
        f"{seen} loads at once by locks (4 looks a second), {ran} by the steps, of {night.slots[LOAD]} allowed",
        f"{max(sample.sessions for sample in night.samples)} sessions of the sync at most",
    )
