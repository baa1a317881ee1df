"""The figures of `atlas simulate` as text."""

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

BOUNDS = {
    "ttft": "time to first token",
    "itl": "time between tokens",
    "e2e": "whole answer",
    "speed": "output speed",
    "throughput": "carrying the peak",
    "budget": "budget",
    "all": "everything",
}
INPUTS = {
    "load": "mean load", "peak": "peak over mean", "prompt": "prompt length", "output": "answer length",
    "first_token": "error of the first token", "tpot": "error of the pace", "price": "price",
}  # fmt: skip
COSTS = {
    "nothing": "the machines of this plan are kept whatever comes: the load does not change their cost",
    "load": "the replicas of this plan follow the load, up to the most that it has",
    "tokens": "every token is paid for: the cost follows requests and lengths",
}
CAUSES = {"start": "a replica to start", "slot": "a free slot", "prefill": "another prefill"}


def print_months(to: Console, record: Mapping[str, Any]) -> None:
    """Confidences, distributions, what the misses come from, and the assumptions."""
    to.print(f"[b]{record['plan']}[/]", highlight=False)
    to.print(f"{record['drawn']:,} months that could come, seed {record['seed']}", highlight=False)
    table = Table(box=box.SIMPLE, title="Kept in so many of 100 months", title_justify="left")
    table.add_column("bound")
    table.add_column("months", justify="right")
    for name, words in BOUNDS.items():
        share = record["confidence"][name]
        if share is not None:
            table.add_row(words, f"{100 * share:.1f}")
        elif name in ("ttft", "itl", "e2e", "throughput", "all"):
            table.add_row(words, "unknown")
    to.print(table)
    spread = Table(box=box.SIMPLE, title="Spread over months", title_justify="left")
    for head in ("", "5 %", "25 %", "50 %", "75 %", "95 %"):
        spread.add_column(head, justify="left" if not head else "right")
    for name, unit in (
        ("usd_per_month", "USD a month"),
        ("ttft_ms", "TTFT, ms"),
        ("itl_ms", "ITL, ms"),
        ("e2e_ms", "E2E, ms"),
    ):
        if name in record["distribution"]:
            found = record["distribution"][name].values()
            spread.add_row(
                unit, *("overload" if v is None else f"{v:,.4g}" if v < 1000 else f"{v:,.0f}" for v in found)
            )
    to.print(spread)
    if record["unknown"]:
        to.print(record["unknown"], highlight=False)
    for miss in record["misses"]:
        to.print(
            f"of the months that miss a bound {100 * miss['share']:.0f} % miss most: {BOUNDS[miss['bound']]}",
            highlight=False,
        )
    for driver in record["drivers"][:3]:
        to.print(
            f"in those months: {INPUTS[driver['input']]} {driver['score']:+.2f} standard deviations", highlight=False
        )
    cvs = {name: value for name, value in record["assumptions"].items() if name != "draws"}
    stated = ", ".join(f"{n} {v:g}{'' if n in record['stated'] else ' (assumed)'}" for n, v in cvs.items())
    to.print(
        f"spreads: {stated}; price ±{100 * record['price_error']:g} %; {COSTS[record['cost_follows']]}", highlight=False
    )


def print_run(to: Console, record: Mapping[str, Any]) -> None:
    """Counts, percentiles against bounds, waits, replicas and cost of a run."""
    c, queue, replicas = record["counts"], record["queue"], record["replicas"]
    to.print(
        f"\n[b]{record['simulated_s'] / 60:g} minutes simulated[/]: {c['arrived']:,} requests arrived, {c['served']:,}"
        f" served, {c['in_service']:,} in service, {c['waiting']:,} waiting, {c['given_up']:,} gave up",
        highlight=False,
    )
    table = Table(box=box.SIMPLE)
    for head in ("", "mean", "p50", "p90", "p95", "p99", "bound", "within"):
        table.add_column(head, justify="left" if not head else "right")
    for name in ("ttft", "itl", "e2e"):
        times, target = record["times"][f"{name}_ms"], record["targets"][name]
        cells = ["-" if v is None else f"{v:,.4g}" if v < 1000 else f"{v:,.0f}" for v in times.values()]
        within = "-" if target["within"] is None else f"{100 * target['within']:.2f} %"
        table.add_row(f"{name.upper()}, ms", *cells, f"{target['bound']:,g} at p{target['percentile']}", within)
    to.print(table)
    waits = ", ".join(f"{CAUSES[k]} {v:.3g} ms" for k, v in queue["wait_ms_by_cause"].items() if v)
    to.print(
        f"waiting: {queue['mean_waiting']:.3g} on average, {queue['longest']} at most; {waits or 'no request waited'}",
        highlight=False,
    )
    cost = "" if replicas["usd_per_month"] is None else f", ${replicas['usd_per_month']:,.0f} a month at this rate"
    to.print(
        f"replicas: {replicas['mean_ready']:.3g} ready on average, {replicas['starts']} starts, {replicas['failures']}"
        f" failures, {replicas['hours']:.4g} replica-hours{cost}",
        highlight=False,
    )
    a = record["assumptions"]
    to.print(
        f"arrivals: {a['arrivals']}, {a['mean_rate']:g} requests/s, cv {a['arrival_cv']:g}; replicas"
        f" {a['min_replicas']} to {a['max_replicas']}, start {a['start_s']:g} s",
        highlight=False,
    )
