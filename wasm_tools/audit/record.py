"""An audit as a JSON-safe record, as rows of a table and as Markdown; the same for the command and the page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from wasm_tools.audit.audit import Audit
from wasm_tools.audit.finding import Finding, Priced
from wasm_tools.audit.setup import Setup
from wasm_tools.planner.plan import significant

COLUMNS = (
    "lever",
    "verdict",
    "saving_usd",
    "low_usd",
    "high_usd",
    "per_tenth_usd",
    "cost_usd",
    "latency",
    "offer",
    "why",
)
OVERLAP = "Savings overlap: each is against today by itself, and they are not to be added up."


def audit_record(found: Audit, as_of: str) -> dict[str, Any]:
    """The whole audit; money is USD a month to the cent."""
    best = found.best
    return {
        "as_of": as_of,
        "setup": {f.name: v for f in fields(Setup) if (v := getattr(found.setup, f.name)) is not None},
        "now": {
            "stated_usd": _money(found.stated),
            "catalogue": None if found.now is None else _priced(found.now),
            "why_no_catalogue": found.why_not,
            "difference_usd": _money(found.stated - found.now.usd) if found.stated and found.now else None,
        },
        "assumed": list(found.assumed),
        "levers": [_finding(f) for f in found.findings],
        "best": best.lever if best else "",
        "overlap": OVERLAP,
        "gaps": [asdict(g) for g in found.gaps],
        "alternatives": [
            _priced(p) | {"saving_usd": _money(found.now.usd - p.usd) if found.now else None}
            for p in found.alternatives
        ],
    }


def _money(value: float | None) -> float | None:
    return None if value is None else round(value, 2) + 0.0


def _priced(p: Priced) -> dict[str, Any]:
    return {
        "usd": _money(p.usd), "error": significant(p.error), "offer": p.offer, "what": p.what, "target": p.status,
        "latency": p.latency, "price_evidence": p.price_evidence, "provider": p.provider, "model": p.model,
        "kind": p.kind, "gpus": p.gpus,
    }  # fmt: skip


def _finding(f: Finding) -> dict[str, Any]:
    return {
        "lever": f.lever, "verdict": f.verdict, "why": f.why, "saving_usd": _money(f.saving), "low_usd": _money(f.low),
        "high_usd": _money(f.high), "per_tenth_usd": _money(f.per_tenth), "asks": f.asks,
        "then": None if f.priced is None else _priced(f.priced),
    }  # fmt: skip


def lever_rows(record: Mapping[str, Any]) -> Iterable[tuple[str, ...]]:
    """The levers as rows of COLUMNS."""
    for f in record["levers"]:
        then = f["then"] or {}
        yield (
            f["lever"], f["verdict"], *(_cell(f[name]) for name in COLUMNS[2:6]), _cell(then.get("usd")),
            then.get("latency", ""), then.get("offer", ""), f["why"],
        )  # fmt: skip


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def audit_markdown(records: Sequence[Mapping[str, Any]]) -> str:
    """The report of one audit, or of the steps of a pipeline."""
    lines = ["# Cost audit", ""]
    for number, record in enumerate(records, 1):
        if len(records) > 1:
            lines += [f"## Step {number}: {record['setup'].get('model', record['setup'].get('workload', 'llm'))}", ""]
        lines += _markdown(record)
    return "\n".join(lines).rstrip("\n") + "\n"


def _markdown(record: Mapping[str, Any]) -> Iterable[str]:
    yield f"Prices as of {record['as_of']}, US dollars a month."
    yield ""
    yield from now_lines(record)
    yield ""
    yield from _table(
        ("Lever", "Verdict", "Saving", "Band", "Costs", "Latency", "Offer", "Why"), map(_row, record["levers"])
    )
    yield OVERLAP
    yield ""
    if record["gaps"]:
        yield "Open questions:"
        yield ""
        yield from (f"- {g['question']} ({g['field']}: {g['why']})" for g in record["gaps"])
        yield ""
    if record["alternatives"]:
        rows = (
            (_text(p["what"]), _usd(p["usd"]), _usd(p["saving_usd"]), p["target"], p["latency"], _text(p["offer"]))
            for p in record["alternatives"]
        )
        yield from _table(("Alternative", "Costs", "Against today", "Target", "Latency", "Offer"), rows)


def now_lines(record: Mapping[str, Any]) -> Iterable[str]:
    """What is paid today, in words: by the reader, and by the catalogue."""
    now = record["now"]
    yield "- You pay: " + ("not said" if now["stated_usd"] is None else _usd(now["stated_usd"]))
    price = now["catalogue"]
    if price is None:
        yield f"- By the catalogue: unknown, {now['why_no_catalogue']}"
    else:
        usd = f"{_usd(price['usd'])} ± {price['error']:.0%}"
        yield f"- By the catalogue: {usd}, {_text(price['what'])}, {_text(price['offer'])}"
    if now["difference_usd"] is not None:
        more = "more" if now["difference_usd"] >= 0 else "less"
        usd = _usd(abs(now["difference_usd"]))
        yield f"- You pay {usd} {more} than that; the savings below are against the catalogue."
    yield from (f"- Assumed: {words}" for words in record["assumed"])


def _row(f: Mapping[str, Any]) -> tuple[str, ...]:
    then = f["then"] or {}
    saving = _usd(f["saving_usd"]) if f["per_tenth_usd"] is None else f"{_usd(f['per_tenth_usd'])} a tenth"
    band = "" if f["low_usd"] is None else f"{_usd(f['low_usd'])} to {_usd(f['high_usd'])}"
    return (
        f["lever"].replace("_", " "), f["verdict"], saving, band, _usd(then.get("usd")), then.get("latency", ""),
        _text(then.get("offer", "")), _text(f["why"]),
    )  # fmt: skip


def _usd(value: float | None) -> str:
    return "—" if value is None else f"−${-value:,.2f}" if value < 0 else f"${value:,.2f}"


def _text(value: str) -> str:
    """Text of a reader or a catalogue that cannot end a cell or open a link, a tag or code."""
    plain = "".join(c if c.isprintable() else " " for c in value)
    return "".join(f"\\{c}" if c in "\\`*_[]<>|" else c for c in plain)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    yield from (f"| {' | '.join(cells)} |" for cells in rows)
    yield ""
