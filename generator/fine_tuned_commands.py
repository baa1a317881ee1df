"""The command about fine-tuned models at API providers: what their use costs more, and what training them costs."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

import typer

from generator import nightly
from generator.fine_tuned_offers import FineTune, fine_tunes
from generator.offer_tables import left_out_lines, print_answer
from generator.options import AsJson, AsOf, Overlay
from generator.places import checkout
from wasm_tools.planner.checks import above_zero, count
from wasm_tools.planner.plan import dollars
from wasm_tools.pricing.meters import price_text
from wasm_tools.workload.traffic import SECONDS_PER_MONTH

commands = typer.Typer()
COLUMNS = (
    "rank", "provider", "sku", "base", "usd_input", "usd_output", "usd_more_a_month", "usd_a_month", "more",
    "usd_per_1m_training_tokens", "usd_per_training_hour", "usd_training", "seen", "sources", "words",
)  # fmt: skip
TABLE = (
    "rank", "provider", "sku", "usd_input", "usd_output", "usd_more_a_month", "usd_a_month", "usd_training", "seen",
    "sources",
)  # fmt: skip
MILLION = Decimal(1_000_000)


@commands.command(name="fine-tuned")
def fine_tuned(
    model: Annotated[str, typer.Argument(help="The base model: an id, an alias, or a provider's own id.")],
    prompt: Annotated[int, typer.Option("--prompt", help="Prompt tokens of a request.")] = 1024,
    output: Annotated[int, typer.Option("--output", help="Output tokens of a request.")] = 1024,
    qps: Annotated[float, typer.Option("--qps", help="Mean requests per second.")] = 1.0,
    training_tokens: Annotated[int, typer.Option("--training-tokens", help="Tokens of the training data.")] = 1_000_000,
    epochs: Annotated[int, typer.Option("--epochs", help="Times that training goes through them.")] = 3,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the offers as CSV.")] = False,
) -> None:
    """Show what a fine-tuned model costs more in use, and what its training costs. Exit code 4: nobody offers it."""
    for flag, number in (
        ("--prompt", prompt), ("--output", output), ("--training-tokens", training_tokens), ("--epochs", epochs),
    ):  # fmt: skip
        count(flag, number)
    above_zero("--qps", qps, "rate in requests/s")
    at = nightly.overlaid(nightly.inputs(checkout(), as_of, offline=True), overlay)
    found, left_out = fine_tunes(at, model)
    requests = Decimal(repr(qps)) * SECONDS_PER_MONTH
    rows = [_row(f, prompt, output, requests, training_tokens, epochs) for f in found]
    rows.sort(key=lambda r: (r["usd_a_month"] is None, Decimal(r["usd_a_month"] or 0), r["provider"], r["sku"]))
    rows = [{"rank": n, **row} for n, row in enumerate(rows, 1)]
    record = {
        "title": f"Fine-tuned {model}: {prompt:,} + {output:,} tokens, {qps:g} requests/s, prices as of {at.as_of}",
        "as_of": at.as_of,
        "prompt_tokens": prompt,
        "output_tokens": output,
        "requests_per_second": qps,
        "training_tokens": training_tokens,
        "epochs": epochs,
        "offers": rows,
        "left_out": dict(left_out),
    }
    notes = [
        "Prices in USD per 1M tokens; `more` is beyond the price of the base model with the same tokens.",
        f"Training: {training_tokens:,} tokens × {epochs} epochs.",
        *(f"  {r['provider']} {r['sku']}: {'; '.join(r['words'])}" for r in rows if r["words"]),
        *left_out_lines(left_out),
    ]
    print_answer(record, rows, COLUMNS, TABLE, notes, as_json=as_json, as_csv=as_csv)
    raise typer.Exit(0 if rows else 4)


def _row(f: FineTune, prompt: int, output: int, requests: Decimal, tokens: int, epochs: int) -> dict[str, Any]:
    """One offer; None where no source states what would be needed."""
    use, base = f.use, None
    more = whole = None
    if use:
        base = (use.base_input * prompt + use.base_output * output) / MILLION * requests
        more = use.surcharge(prompt, output) * requests
        whole = base + more
    return {
        "provider": f.provider,
        "sku": f.sku,
        "base": f.base,
        "usd_input": price_text(use.input) if use else None,
        "usd_output": price_text(use.output) if use else None,
        "usd_more_a_month": None if more is None else _signed(more),
        "usd_a_month": None if whole is None else dollars(whole),
        "more": f"{float(more / base):+.0%}" if more is not None and base else None,
        "usd_per_1m_training_tokens": price_text(f.training.usd) if f.training else None,
        "usd_per_training_hour": price_text(f.usd_per_hour) if f.usd_per_hour is not None else None,
        "usd_training": dollars(f.training.cost(tokens, epochs)) if f.training else None,
        "seen": f.seen,
        "sources": " ".join(f.sources),
        "words": list(_words(f)),
    }


def _signed(usd: Decimal) -> str:
    return dollars(usd) if usd >= 0 else f"-{dollars(-usd)}"


def _words(f: FineTune) -> Iterable[str]:
    """What a buyer has to know about an offer."""
    if f.use is None:
        yield "no source states what the use of the fine-tuned model costs"
    elif f.use.input == f.use.base_input and f.use.output == f.use.base_output:
        yield "costs as much as its base"
    if f.training is None and f.usd_per_hour is None:
        yield "no source states what its training costs"
    if f.usd_per_hour is not None:
        yield f"training is billed at {price_text(f.usd_per_hour)} USD an hour, and nobody says how long it takes"
    if len(f.sources) == 1:
        yield "one source states it"
    if f.retires_on:
        yield f"the provider retires the base on {f.retires_on}"
