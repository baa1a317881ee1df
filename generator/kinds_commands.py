"""Commands for workloads that are no stream of like requests: several steps, training runs, clusters, fine-tunes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

from generator import fine_tuned_commands, steps_commands
from generator.offer_tables import left_out_lines, print_answer
from generator.options import AsJson, AsOf, Overlay
from generator.registry import Registry
from generator.rental_market import (
    COLUMNS,
    Market,
    cheaper_single,
    cheapest_kept,
    load_market,
    offer_row,
    pick_notes,
    varied,
)
from wasm_tools.planner.checks import above_zero
from wasm_tools.planner.plan import dollars
from wasm_tools.planner.question import checked_names
from wasm_tools.planner.training import INTERCONNECTS, ClusterOffer, cluster, training_offers, training_run
from wasm_tools.workload.traffic import InputError

commands = typer.Typer()
commands.add_typer(steps_commands.commands)
commands.add_typer(fine_tuned_commands.commands)

SHOWN = 20
TABLE = (
    "rank", "provider", "gpu", "machine", "region", "kind", "kept", "link", "usd_per_gpu_hour", "gpus_paid", "days",
    "usd", "seen", "sources",
)  # fmt: skip
Limit = Annotated[int, typer.Option("--limit", min=1, help="Offers shown.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print the offers as CSV.")]
Kind = Annotated[
    list[str] | None, typer.Option("--kind", help="Only this way of renting, like rented or spot; may be repeated.")
]


@commands.command()
def training(
    parameters: Annotated[
        float | None, typer.Option("--parameters", help="Parameters that a token passes, like 8e9; or --model.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="A model of the catalogue that is trained.")] = None,
    tokens: Annotated[float, typer.Option("--tokens", help="Tokens of training data, like 1e9.")] = 1e9,
    gpus: Annotated[int, typer.Option("--gpus", help="GPUs that work together.")] = 8,
    gpu: Annotated[list[str] | None, typer.Option("--gpu", help="Only this GPU; may be repeated.")] = None,
    mfu: Annotated[
        float | None, typer.Option("--mfu", help="Share of the GPU's BF16 peak that is reached. Default: published.")
    ] = None,
    kind: Kind = None,
    limit: Limit = SHOWN,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Rank rentals for a training run by its total cost. Exit code 4: no rental can do it."""
    market = load_market(as_of, overlay, gpu, kind)
    active, everything = _size(market.at.registry, parameters, model)
    stated = market.facts.values["mfu"]
    share = float(stated.value) if mfu is None else mfu
    cards = {r.gpu: market.at.registry.gpu_cards[r.gpu] for r in market.rentals}
    asked = (active, tokens, list(cards.values()), market.rentals, market.facts.terms, gpus)
    offers, left_out = training_offers(*asked, share, everything)
    runs = {name: training_run(active, tokens, card, gpus, share, everything) for name, card in cards.items()}
    hours = {name: run.hours for name, run in runs.items() if not isinstance(run, str)}
    about = {
        "title": f"{active:.3g} parameters × {tokens:.3g} tokens on {gpus} GPUs, prices as of {market.at.as_of}",
        "as_of": market.at.as_of,
        "parameters": active,
        "all_parameters": everything,
        "tokens": tokens,
        "mfu": share,
        "mfu_source": stated.source if mfu is None else "asked for",
    }
    told = [f"MFU {share:.0%}: {about['mfu_source']}"]
    if offers:
        slower, _ = training_offers(*asked, share / 2, everything)
        about["at_half_the_mfu"] = {"mfu": share / 2, "usd": dollars(slower[0].usd), "hours": slower[0].hours}
        told.append(
            f"Time and cost go with 1/MFU: at {share / 2:.0%} the cheapest takes {slower[0].hours / 24:,.2f} days and"
            f" {slower[0].usd:,.2f} USD instead of {offers[0].hours / 24:,.2f} days and {offers[0].usd:,.2f} USD"
        )
    told.append("All weights are trained (16 bytes of state a parameter); checkpoints, restarts and data are extra.")
    told += cheaper_single(market, hours, gpus, offers)
    _finish(market, about, offers, left_out, told, limit, as_json=as_json, as_csv=as_csv)


@commands.command(name="cluster")
def cluster_command(
    gpu: Annotated[str, typer.Option("--gpu", help="The GPU, like h100-sxm.")],
    gpus: Annotated[int, typer.Option("--gpus", help="How many of them.")] = 8,
    hours: Annotated[float, typer.Option("--hours", help="For how long; a month has 730.")] = 730.0,
    interconnect: Annotated[
        str,
        typer.Option(
            "--interconnect",
            help="none: independent work; machine: all in one machine; network: whole machines work together.",
        ),
    ] = INTERCONNECTS[-1],
    kind: Kind = None,
    limit: Limit = SHOWN,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Rank rentals of many GPUs for some hours by their total cost. Exit code 4: nobody rents them out so."""
    market = load_market(as_of, overlay, [gpu], kind)
    chosen = market.at.registry.gpu_of(gpu)
    offers, left_out = cluster(market.rentals, market.facts.terms, gpus, hours, interconnect)
    about = {
        "title": f"{gpus} × {chosen} for {hours:g} hours, {interconnect}, prices as of {market.at.as_of}",
        "as_of": market.at.as_of,
        "gpu": chosen,
        "gpus": gpus,
        "interconnect": interconnect,
    }
    told = cheaper_single(market, {chosen: hours}, gpus, offers) if interconnect == "network" else []
    _finish(market, about, offers, left_out, told, limit, as_json=as_json, as_csv=as_csv)


def _size(registry: Registry, parameters: float | None, model: str | None) -> tuple[float, float]:
    """Parameters that a token passes, and all."""
    if (parameters is None) == (model is None):
        raise InputError("--parameters", "give either --parameters or --model")
    if parameters is not None:
        above_zero("--parameters", parameters)
        return parameters, parameters
    known = registry.model_of("", model or "") or model or ""
    checked_names("--model", [known], registry.cards)
    shape = registry.cards[known].shape
    if shape is None:
        raise InputError("--model", f"the size of {known} is not public; give --parameters")
    return shape.active_parameters, shape.parameters


def _finish(
    market: Market,
    about: dict[str, Any],
    offers: Sequence[ClusterOffer],
    left_out: Mapping[str, int],
    told: Iterable[str],
    limit: int,
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    shown = varied(offers)
    rows = [offer_row(rank, o, market) for rank, o in enumerate(shown[:limit], 1)]
    picks = {
        "cheapest": shown[0] if shown else None,
        "cheapest_kept": cheapest_kept(market, shown),
        "cheapest_kept_with_link": cheapest_kept(market, shown, linked=True),
    }
    reasons = {**left_out, **market.unplanned}
    chosen = {name: offer_row(shown.index(o) + 1, o, market) if o else None for name, o in picks.items()}
    record = {**about, "offers": rows, "possible": len(offers), **chosen, "left_out": reasons}
    notes = [*pick_notes(picks), *told, f"{len(offers):,} offers, {len(shown):,} of different provider, GPU and kind"]
    notes.append("`kept`: the provider leaves you the machines; `link`: a link between the GPUs faster than the bus")
    notes += left_out_lines(reasons)
    print_answer(record, rows, COLUMNS, TABLE, notes, as_json=as_json, as_csv=as_csv)
    raise typer.Exit(0 if offers else 4)
