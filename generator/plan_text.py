"""A ranking and an explanation as text for a terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from wasm_tools.planner import Answer, Plan, Ranking
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.diagnostics import REASONS, STAGE, diagnostics_rows
from wasm_tools.planner.holding import OWN
from wasm_tools.planner.near_misses import smallest_relaxation
from wasm_tools.planner.ranking import diagnostics

CHIPS = {"met": "bold green", "likely": "green", "near": "yellow", "unknown": "dim", "missed": "red"}
CLOSE_SHOWN = 5
REASONS_SHOWN = 10
# What is only counted for configurations and offers that keep the bounds, the most telling first.
BLOCKS = ("over_budget", "unconfirmed", "no_capacity", "cold_start", "inventory", "machine_small", "no_rental")
METRICS = {"ttft": "first token", "itl": "between tokens", "e2e": "whole answer"}


def cheaper_with_conditions(found: Answer) -> tuple[Candidate, ...]:
    """The cheapest qualified plan of each kind that is not recommended by itself, where it costs less; by cost.

    They are committed for long, or can be taken away. Without a recommended plan all kinds count.
    """
    winner = found.winner
    kinds: dict[str, Candidate] = {}
    for c in found.candidates:
        if c.qualifies and not c.dependable and (winner is None or c.usd_per_month < winner.usd_per_month):
            kinds.setdefault(c.kind, c)
    return tuple(kinds.values())


def print_ranking(console: Console, found: Answer, ranking: Ranking, top: int, hints: Iterable[str]) -> None:
    """The answers, the table of plans, and what was left out."""
    for hint in hints:
        console.print(Text(f"Note: {hint}", style="yellow"))
    _print_pairs(console, _answers(found, ranking))
    if ranking.plans:
        console.print(_table(ranking, top, found.catalogue.as_of))
    shown = sorted(ranking.excluded, key=lambda r: (-r[1], r[0]))
    left = [f"{number:,} × {words}" for words, number in shown[:REASONS_SHOWN]]
    if len(shown) > REASONS_SHOWN:
        left.append(f"{len(shown) - REASONS_SHOWN} more reasons; --json has all of them")
    _print_pairs(console, [("Left out", "; ".join(left))] if left else [])


def _print_pairs(console: Console, pairs: Sequence[tuple[str, str]]) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(overflow="fold")
    for name, words in pairs:
        grid.add_row(name, Text(words))
    if pairs:
        console.print(grid)


def _answers(found: Answer, ranking: Ranking) -> list[tuple[str, str]]:
    plans = {plan.id: (rank, plan) for rank, plan in ranking.plans}
    pairs = []
    if ranking.recommended:
        rank, plan = plans[ranking.recommended]
        why = f"the cheapest on dependable capacity that counts as meeting the target, {plan.risk:.0%} of risk included"
        pairs.append(("Recommended", f"{_brief(rank, plan)}: {why}; {plan.slo}: {plan.slo_reason}"))
    else:
        pairs.append(("Recommended", "nothing: no plan without conditions counts as meeting the target"))
        pairs.append(("What would help", relaxation_words(found)))
    if ranking.unverified:
        rank, plan = plans[ranking.unverified]
        pairs.append(("Not verified", f"{_brief(rank, plan)}: nobody has published how fast it is"))
    if ranking.close:
        names = list(dict.fromkeys(f"#{plans[id_][0]} {plans[id_][1].model}" for id_ in ranking.close))
        pairs.append(("Close calls", f"{', '.join(names[:CLOSE_SHOWN])}: within the error they cost the same"))
    conditions = []
    for c in cheaper_with_conditions(found):
        number = f", #{plans[c.id][0]}" if c.id in plans else ""
        conditions.append(f"{c.kind} from ${c.usd_per_month:,.2f} ({c.model}{_at(c.provider)}{number})")
    if conditions:
        pairs.append(("Cheaper if", f"you accept its conditions: {'; '.join(conditions)}"))
    return pairs


def relaxation_words(found: Answer) -> str:
    """What would help where nothing counts as meeting the target: the smallest loosening that lets a plan in.

    A plan that nearly meets it comes first. A bound on speed is not named where money or capacity is in the way.
    """
    if conditions := cheaper_with_conditions(found):
        return f"accept the conditions of {' or '.join(c.kind for c in conditions)}: such plans meet the target"
    near = [c for c in found.candidates if c.status == "near"]
    if relaxed := smallest_relaxation(c.misses for c in near):
        one = next(c for c in near if set(c.misses) == set(relaxed.misses))
        return f"{relaxed.words} lets {one.model}{_at(one.provider)} in, {one.kind}, ${one.usd_per_month:,.2f} a month"
    words = {reason for reason, _ in found.excluded.rows()}
    codes = {d.code for d in diagnostics(found, ()) if d.code} - {"not_selected"}
    codes |= {r.code for r in REASONS if r.words in words}
    kinds = set(found.question.limits.kinds)
    blocks = [code for code in BLOCKS if code in codes]
    relaxation = found.relaxation
    if relaxation is not None and not blocks and kinds != {"api"}:
        opens = relaxation.opens
        return f"{relaxation.words} lets {opens:,} configuration{'' if opens == 1 else 's'} in"
    if blocks:
        nearest = REASONS[STAGE["inventory" if kinds == {"owned"} else blocks[0]]]
    else:
        nearest = REASONS[max((STAGE[code] for code in codes), default=STAGE["no_offer"])]
    return f"{nearest.change}; the nearest offers are out because of this: {nearest.words}"


def _at(provider: str) -> str:
    return f" at {provider}" if provider != OWN else ""


def diagnostics_table(found: Answer, ranking: Ranking) -> list[tuple[str, str, str]]:
    """The rows of provider_diagnostics.csv: provider, status, reason."""
    return diagnostics_rows(diagnostics(found, [plan for _, plan in ranking.plans]))


def _looks(plan: Plan) -> tuple[str, str]:
    return plan.model, _where(plan)


def _brief(rank: int, plan: Plan) -> str:
    return f"#{rank} {plan.model}, {_where(plan)}, ${plan.usd_per_month:,.2f} a month"


def _where(plan: Plan) -> str:
    c = plan.configuration
    run = f"{c.gpus} × {c.gpu}" if c else ""
    region = f" {plan.region}" if plan.region not in ("", "global") else ""
    seller = f"{plan.provider}{region}" if plan.provider != OWN else ""
    follows = "follows the load" if plan.capacity and plan.capacity.replicas_min < plan.capacity.replicas_max else ""
    return ", ".join(filter(None, (seller, run, plan.kind, follows)))


def _table(ranking: Ranking, top: int, as_of: str) -> Table:
    title = f"{ranking.possible:,} plans are possible; prices as of {as_of}"
    table = Table(title=title, title_justify="left", title_style="", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("#", "plan", "$/month", "$/1M", "target"):
        left = name in ("plan", "target")
        table.add_column(name, justify="left" if left else "right", no_wrap=name != "plan", overflow="fold")
    table.add_column(f"TTFT, ITL at p{ranking.percentile}", overflow="fold")
    pointed = {ranking.recommended, ranking.unverified, *ranking.close[:CLOSE_SHOWN]}
    rows = [(rank, plan) for rank, plan in ranking.plans if rank <= top or plan.id in pointed]
    alike = Counter(_looks(plan) for _, plan in rows)
    for rank, plan in rows:
        engine = f", {plan.configuration.engine}" if plan.configuration and alike[_looks(plan)] > 1 else ""
        p = plan.prediction
        times = f"{p.ttft_ms:,.0f} ms, {p.itl_ms:.1f} ms\n{p.evidence}" if p else "unknown"
        table.add_row(
            str(rank),
            Text(f"{plan.model}\n{_where(plan)}{engine}"),
            f"{plan.usd_per_month:,.2f}",
            f"{plan.usd_per_million_tokens:.3g}",
            Text(plan.slo, style=CHIPS[plan.slo]),
            times,
        )
    return table


def print_explanation(console: Console, record: Mapping[str, Any]) -> None:
    """The record of `plan_explanation.explanation` in words."""
    plan = record["plan"]
    number = f"#{record['rank']} " if record["rank"] else ""
    console.print(Text(f"{number}{plan['model']}, {plan['kind']}{_at(plan['provider'])}", style="bold"))
    console.print(Text(f"{plan['id']}\nprices as of {record['as_of']}", style="dim"))
    for title, lines in _sections(record):
        console.print(Text(title, style="bold"))
        for line in lines:
            console.print(Padding(Text(line), (0, 0, 0, 2)))


def _sections(record: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    plan = record["plan"]
    yield "Why it is here", [*record["why"], f"target {plan['slo']}: {plan['slo_reason']}"]
    yield "What binds it", [record["binds"]]
    yield "Times", [_figure_words(f) for f in record["figures"]] + [f"evidence: {plan['evidence']}"]
    if plan["gpus"]:
        yield "How it runs", list(_configuration_words(plan))
    yield "What it costs", record["arithmetic"]
    risks = [f"{premium:+.1%} {name}" for name, premium in record["risks"].items()]
    yield (
        "Risks",
        [*risks, f"${float(record['usd_with_risk']):,.2f} a month with them, for comparison with other plans only"],
    )
    yield "Assumptions", record["assumptions"]
    yield "Where the figures come from", list(_provenance(record)) or ["own hardware: the costs named above"]
    cheaper = [f"{c['change']}: ${float(c['usd_per_month']):,.2f} a month" for c in record["cheaper"]]
    yield "What would make it cheaper", cheaper or ["nothing that was tried: looser bounds, a cache, other ways to run"]
    yield "Its rivals", [_rival_words(r) for r in record["rivals"]] or ["none counts as meeting the target"]


def _figure_words(f: Mapping[str, Any]) -> str:
    name = f"{METRICS[f['metric']]}, p{f['percentile']}: at most {f['bound_ms']:,.0f} ms"
    if f["estimate_ms"] is None:
        return f"{name}; nobody knows"
    band = f" (90 % band {f['band_ms'][0]:,.1f} to {f['band_ms'][1]:,.1f})" if f["band_ms"] else ""
    return f"{name}; estimate {f['estimate_ms']:,.1f} ms{band}"


def _configuration_words(plan: Mapping[str, Any]) -> Iterator[str]:
    yield f"{plan['gpus']} × {plan['gpu']} paid for; {plan['tensor_parallel']} to a replica"
    yield plan["scaling"]
    engine = " ".join(filter(None, (plan["engine"], plan["engine_version"])))
    yield f"{plan['checkpoint']} in {plan['precision']} with {engine}"
    yield (
        f"a replica serves {plan['replica_requests_per_second']:.3g} requests/s, at most {plan['concurrency']:,} at a"
        f" time; {plan['utilisation']:.0%} of what is planned at the peak"
    )


def _provenance(record: Mapping[str, Any]) -> Iterator[str]:
    plan = record["plan"]
    for p in record["prices"]:
        gone = f", absent since {p['absent_since']}" if p["absent_since"] else ""
        name = "input price" if plan["kind"] == "api" else "price"
        yield f"{name} ${p['usd']}: {p['title']}, read {p['read'] or 'never'}{gone}"
    for m in record["measured"]:
        low, high = m["concurrency"]
        loads = f"{low:,} to {high:,}" if high > low else f"{low:,}"
        yield (
            f"measured {m['measured']}: {m['configuration']} at {m['prompt_tokens']:,}/{m['output_tokens']:,} tokens,"
            f" {loads} requests at a time ({m['points']} point{'' if m['points'] == 1 else 's'})"
        )
    if seen := record["observed"]:
        yield (
            f"observed {seen['observed']}: {seen['requests']:,} requests in {seen['window_minutes']} minutes"
            f" ({seen['source']})"
        )


def _rival_words(rival: Mapping[str, Any]) -> str:
    number = f"#{rival['rank']} " if rival["rank"] else ""
    difference = f" ({rival['difference']:+.0%})" if rival["difference"] is not None else ""
    return (
        f"{number}{rival['model']}, {rival['kind']}{_at(rival['provider'])}: ${float(rival['usd_per_month']):,.2f} a"
        f" month{difference}, {rival['slo']}"
    )
