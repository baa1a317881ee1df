"""The command that shows how far the regions of one product are apart."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

import typer

from generator import nightly
from generator.offer_tables import left_out_lines, print_answer
from generator.options import AsJson, AsOf, Overlay
from generator.places import checkout
from generator.regions.book import RegionBook, region_book
from generator.regions.spreads import API, MOVING, RENTAL, Product, Spread
from generator.regions.tables import COST_COLUMNS, SPREAD_COLUMNS, cost_row, spread_row, widest_first
from generator.regions.zones import zone_costs
from generator.render.api_table import Cell
from generator.render.texts import text
from wasm_tools.planner.question import checked_names

commands = typer.Typer()
SHOWN = 20
TABLE = ("provider", "product", "terms", "regions", "cheapest", "dearest", "percent", "eu", "us", "observed_at")
ZONE_TABLE = (
    "provider", "kind", "zone", "products", "least_percent", "median_percent", "most_percent", "grades", "observed_at",
)  # fmt: skip


@commands.command()
def regions(
    provider: Annotated[list[str] | None, typer.Option("--provider", help="Only this one; may be repeated.")] = None,
    gpu: Annotated[list[str] | None, typer.Option("--gpu", help="Only rentals of this GPU; may be repeated.")] = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", help="Only API prices of this model; may be repeated.")
    ] = None,
    spot: Annotated[
        bool, typer.Option("--spot", help="Rentals at the price of the day instead of agreed prices.")
    ] = False,
    zones: Annotated[
        bool, typer.Option("--zones", help="What it costs to stay in a zone, like eu or us, instead of each product.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows of the table; --json and --csv hold all.")] = SHOWN,
    as_of: AsOf = None,
    overlay: Overlay = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV.")] = False,
) -> None:
    """Show how far the regions of one product are apart, like with like. Exit code 4: nothing can be compared."""
    book = region_book(nightly.overlaid(nightly.inputs(checkout(), as_of, offline=True), overlay))
    found = [s for s in _chosen(book, provider, gpu, model) if (s.product.terms == MOVING) == spot or zones]
    if zones:
        columns = [c.name for c in COST_COLUMNS]
        rows: list[tuple[Cell, ...]] = [cost_row(c, book) for c in zone_costs(found, book.places)]
    else:
        columns = [c.name for c in SPREAD_COLUMNS]
        rows = [spread_row(s, book) for s in widest_first(found)]
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    whole = book.compared
    title = f"{len(found):,} of {len(whole.spreads):,} products in several regions, prices as of {book.as_of}"
    record = {
        "title": title,
        "as_of": book.as_of,
        "prices": whole.priced,
        "compared": whole.compared,
        "left_out": dict(whole.left_out),
        "zones" if zones else "spreads": records,
    }
    print_answer(
        record,
        records if as_csv or as_json else [r if zones else _in_short(r) for r in records[:limit]],
        columns,
        ZONE_TABLE if zones else TABLE,
        _notes(book, len(records), limit),
        as_json=as_json,
        as_csv=as_csv,
    )
    raise typer.Exit(0 if records else 4)


def _in_short(record: Mapping[str, Cell]) -> dict[str, Cell]:
    """A spread for people: prices beside their regions."""
    sides = ("cheapest", "dearest", "eu", "us")
    pairs = {side: f"{record[f'{side}_usd']} {record[f'{side}_region']}".strip() for side in sides}
    product = f"{record['product']} {record['meter']}".strip()
    return {**record, **pairs, "product": product, "percent": record["spread_percent"]}


def _chosen(
    book: RegionBook, providers: list[str] | None, gpus: list[str] | None, models: list[str] | None
) -> Iterator[Spread]:
    """The spreads that the options ask for; InputError for a name that no product has."""
    spreads = book.compared.spreads
    checked_names("--provider", providers or (), {o.provider for o in book.offers} | {r.provider for r in book.rentals})
    wanted_gpus = [book.registry.gpu_of(name) or name for name in gpus or ()]
    checked_names("--gpu", wanted_gpus, book.registry.gpu)
    wanted_models = [book.registry.model_of("", name) or name for name in models or ()]
    checked_names("--model", wanted_models, book.registry.model)

    def wanted(product: Product) -> bool:
        if providers and product.provider not in providers:
            return False
        of = {RENTAL: wanted_gpus, API: wanted_models}
        return product.of in of[product.kind] if wanted_gpus or wanted_models else True

    return (s for s in spreads if wanted(s.product))


def _notes(book: RegionBook, found: int, limit: int) -> Iterable[str]:
    if found > limit:
        yield f"{limit:,} of {found:,} rows are shown; --limit, --csv or --json for more"
    yield text("regions.list_price")
    whole = book.compared
    yield f"{whole.compared:,} of {whole.priced:,} prices in force are compared:"
    yield from left_out_lines({text(f"regions.left_out.{r}"): n for r, n in whole.left_out.items()})
