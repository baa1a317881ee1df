"""A report of observations as Markdown, for a ticket or a page of notes. Texts of files cannot become markup in it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wasm_tools.observe.cluster.objects import words

_MARKUP = re.compile(r"([\\`*_\[\]<>|#~$!&])")
NAMES = {"ttft": "TTFT", "itl": "ITL", "tpot": "TPOT (mean gap of a request)", "e2e": "End to end"}


def report_markdown(made: Mapping[str, Any]) -> str:
    """The report: levels with their times and verdicts, drift, use, cost, flags, advice, and the cluster."""
    lines = ["# Observed", ""]
    prediction = made["prediction"]
    lines += [f"Held against {plain(prediction['name'])}." if prediction else "Held against no prediction.", ""]
    for refused in (f for f in made["files"] if f["message"]):
        lines += [f"* {plain(refused['name'])} was not read: {plain(refused['message'])}"]
    for level in made["levels"]:
        lines += ["", *_level(level)]
    for cluster in made["clusters"]:
        lines += ["", *_cluster(cluster)]
    return "\n".join(lines).rstrip() + "\n"


def plain(given: Any) -> str:
    """Words of a file as text of Markdown."""
    return _MARKUP.sub(r"\\\1", words(str(given)))


def _level(level: Mapping[str, Any]) -> Iterator[str]:
    title = " ".join(filter(None, (level["tool"], level["label"], level["model"])))
    yield f"## {plain(level['file'])}: {plain(title)}"
    yield ""
    rate, concurrency = level["requests_per_s"], level["concurrency"]
    yield ", ".join(
        said
        for value, said in (
            (level["requests"], f"{level['requests']} requests"),
            (level["errors"], f"{level['errors']} errors"),
            (rate, f"{_figure(rate)} requests/s"),
            (level["output_tokens_per_s"], f"{_figure(level['output_tokens_per_s'])} output tokens/s"),
            (concurrency, f"{_figure(concurrency)} in flight"),
        )
        if value is not None
    )
    yield ""
    compared = level["comparison"]
    if compared and compared["figures"]:
        yield from _table(
            ("time", "percentile", "observed, ms", "predicted", "90 % band", "verdict", "bound", "target"),
            (
                (
                    NAMES[f["name"]], f"p{f['percentile']}", _observed(f), _figure(f["predicted"]),
                    f"{_figure(f['low'])} to {_figure(f['high'])}", f["verdict"], _figure(f["bound"]), f["target"],
                )
                for f in compared["figures"]
            ),
        )  # fmt: skip
    else:
        levels = ("50", "90", "95", "99")
        yield from _table(
            ("time, ms", "mean", *(f"p{p}" for p in levels)),
            (
                (NAMES[name], _figure(of["mean"]), *(_figure(of["percentiles"].get(p)) for p in levels))
                for name, of in level["times_ms"].items()
            ),
        )
    said = [f"flag: {words}" for words in level["flags"]]
    if compared:
        said += [
            f"{d['name']}: {_figure(d['observed'])}, planned {_figure(d['planned'])} ({100 * d['change']:+.0f} %)"
            for d in compared["drift"]
        ]
        if cost := compared["cost"]:
            said.append(f"${_figure(cost['observed_usd_per_million_output'])} per million output tokens at this load")
        said += [f"advice: {words}" for words in compared["advice"]]
        said += [f"question: {words}" for words in compared["questions"]]
    yield ""
    yield from (f"* {plain(words)}" for words in said)


def _observed(figure: Mapping[str, Any]) -> str:
    if figure["observed"] is not None and not figure["between"]:
        return _figure(figure["observed"])
    if figure["between"]:
        low, high = figure["between"]
        return f"{_figure(low)} to {_figure(high)}" if high is not None else f"above {_figure(low)}"
    return "unknown"


def _cluster(cluster: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {plain(cluster['file'])}: cluster"
    yield ""
    if cluster["workloads"]:
        counts = ("desired", "ready", "updated", "gpus_each")
        yield from _table(
            ("workload", "wanted", "ready", "newest version", "GPUs each"),
            (
                (f"{w['kind']} {w['namespace']}/{w['name']}", *(_figure(w[name]) for name in counts))
                for w in cluster["workloads"]
            ),
        )
        yield ""
    for f in cluster["findings"]:
        times = f" ({f['number']}×)" if f["number"] > 1 else ""
        yield f"* {plain(f['what'])}: {plain(f['reason'])}{times}. {plain(f['message'])}"
        if f["remedy"]:
            yield f"  {plain(f['means'])} {plain(f['remedy'])}"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(heads)
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(plain(cell) for cell in row)} |"


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.4g}" if value < 10_000 else f"{value:,.0f}"
