"""What was understood of a request, what is open, and offers, as text for a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

STYLES = {"stated": "bold", "implied": "", "default": "dim", "unsure": "yellow", "contradiction": "red"}


def print_examples(console: Console, examples: Iterable[Mapping[str, str]]) -> None:
    """The example requests, ready to be typed."""
    for example in examples:
        console.print(Text(f'atlas ask "{example["text"].replace("$", chr(92) + "$")}"'))


def visible(text: str) -> str:
    """A reader's words without signs that a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)


def print_asked(console: Console, record: Mapping[str, Any]) -> None:
    """The specification with where each value came from, what is not in the catalogue, and the open questions."""
    console.print(Text(record["said"], style="bold"))
    if record["fields"]:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in ("field", "value", "how sure", "from"):
            table.add_column(column, overflow="fold")
        for f in record["fields"]:
            said = "; ".join(f"“{visible(w['text'])}”" for w in f["words"])
            why = ": ".join(filter(None, (said, f["rule"])))
            state = Text(f["state"], style=STYLES[f["state"]])
            table.add_row(Text(f["label"]), Text(f["shown"]), state, Text(why))
        console.print(table)
    for unknown in record["unknown"]:
        near = f"; near it: {', '.join(unknown['near'])}" if unknown["near"] else ""
        console.print(Text(f"“{visible(unknown['words']['text'])}” is not in the catalogue{near}", style="yellow"))
    if record["problem"]:
        console.print(Text(f"This cannot be planned: {record['problem']['message']}", style="red"))
    for note in record["notes"]:
        console.print(Text(f"Note: {note}", style="yellow"))
    for q in record["questions"]:
        options = " | ".join(o["label"] for o in q["options"])
        console.print(
            Text(f"Open: {q['text']}", style="yellow"),
            Text(options),
            Text(f"(if you do not know: {q['unknown']['shown']})", style="dim"),
        )


def print_offers(console: Console, record: Mapping[str, Any], top: int) -> None:
    """The answer to a question to the catalogue with the offers that it rests on, by id."""
    console.print(Text(record["answer"], style="bold"))
    rows: Sequence[Mapping[str, Any]] = record["rows"][:top]
    if not rows:
        return
    table = Table(
        title=f"prices as of {record['as_of']}",
        title_justify="left",
        title_style="",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for column in ("what", rows[0]["unit"], "seen by", "days ago", "offer"):
        table.add_column(
            column, justify="right" if column in (rows[0]["unit"], "days ago") else "left", overflow="fold"
        )
    for r in rows:
        what = r["model_name"] or f"{r['count']} × {r['gpu']}, {r['kind']}"
        sources = ", ".join(e.partition("=")[0] for e in r["evidence"].split())
        table.add_row(
            Text(f"{what}\n{r['provider_name']}"), r["shown"], Text(sources), str(r["age_days"]), Text(r["offer"])
        )
    console.print(table)
    more = record["possible"] - len(rows)
    held = record["held_back"]
    parts = ([f"{more:,} more offers"] if more > 0 else []) + ([f"{held:,} held back as doubtful"] if held else [])
    if parts:
        console.print(Text("; ".join(parts), style="dim"))
