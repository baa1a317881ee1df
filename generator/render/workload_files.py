"""The rankings of the workload pages as published tables, every product of every ranking."""

from collections.abc import Iterator
from typing import Any

from generator.render.api_table import ApiTable, Column
from generator.render.gpu_ranking import RankedGpu, ranked_gpus
from generator.render.llm_ranking import cheapest_rates
from generator.render.page import SiteData
from generator.render.site_index import SiteIndex, site_index
from generator.render.usage_ladder import ladder_of
from generator.render.usage_rows import exact_usd, left_out_rows
from generator.render.workload_words import BY_ID, GPU, LLM
from wasm_tools.planner.usage import UsageRanking, ranked_usage
from wasm_tools.planner.usage.bills import Entry
from wasm_tools.planner.usage.book import UsageBook
from wasm_tools.pricing.meters import price_text
from wasm_tools.workload.usage import UsageRequest

USAGE_COLUMNS = (
    Column("unit", "text", "the unit of the ranking"),
    Column("usage", "decimal", "units of the month that is priced"),
    Column("rank", "integer", "rank by the cost of the month; empty where the price may not win"),
    Column("provider", "text", "who bills; id in providers.json"),
    Column("sku", "text", "the provider's own id"),
    Column("model", "text", "canonical model; id in models.json, empty while the name is unresolved"),
    Column("region", "text", "where the price holds"),
    Column("usd_per_unit", "decimal", "all prices of the product together", "USD per unit"),
    Column("usd_per_month", "decimal", "cost of the month", "USD"),
    Column("prices", "text", "the prices that are added up: meter=price"),
    Column("basis", "text", "who states the conversion that the sum rests on"),
    Column("stated_limit", "text", "the rate limits of a new account in words"),
    Column("grade", "text", "the worst grade of the prices"),
    Column("seen", "date", "newest date on which an agreeing source was read"),
    Column("sources", "text", "the sources that state the price"),
    Column("held_back", "text", "why the price may not win"),
)
LLM_COLUMNS = (
    Column("minimum_class", "text", "capability class of the model"),
    Column("model", "text", "canonical model; id in models.json"),
    Column("provider", "text", "its cheapest seller; id in providers.json"),
    Column("sku", "text", "the provider's own id"),
    Column("region", "text", "where the price holds"),
    Column("usd_input", "decimal", "standard price of the prompt", "USD per 1M tokens"),
    Column("usd_output", "decimal", "standard price of the answer", "USD per 1M tokens"),
    Column("usd_per_month", "decimal", "cost of the month of the page", "USD"),
    Column("sellers", "integer", "providers whose price may win"),
    Column("grade", "text", "the worse grade of the two prices"),
    Column("context", "integer", "longest prompt and answer; empty where no source states it", "tokens"),
)
GPU_COLUMNS = (
    Column("rank", "integer", "rank by the on-demand price of memory"),
    Column("gpu", "text", "our GPU id; id in gpus.json"),
    Column("provider", "text", "who rents it out cheapest on demand; id in providers.json"),
    Column("memory_bytes", "integer", "memory of the GPU", "bytes"),
    Column("usd_per_gib_hour", "decimal", "lowest on-demand price of a GiB of memory", "USD per GiB and hour"),
    Column("on_demand", "decimal", "lowest on-demand price", "USD per GPU-hour"),
    Column("on_demand_median", "decimal", "middle on-demand price, the upper one of two", "USD per GPU-hour"),
    Column("spot", "decimal", "lowest spot price, empty without one", "USD per GPU-hour"),
    Column("reserved_1y", "decimal", "lowest price with a commitment of a year, empty without one", "USD per GPU-hour"),
    Column("usd_per_month", "decimal", "730 hours at the lowest on-demand price", "USD"),
    Column("providers", "integer", "providers that rent it out in any way"),
    Column("grade", "text", "grade of the lowest on-demand price"),
)
LEFT_OUT_COLUMNS = (
    Column("workload", "text", "id of the workload"),
    Column("unit", "text", "the unit of its first ranking, in which they do not stand"),
    Column("reason", "text", "why"),
    Column("prices", "integer", "how many prices"),
)

RELAXED_COLUMNS = (
    Column("workload", "text", "id of the workload"),
    Column("budget_usd", "decimal", "budget of the strict request: the median month of the first ranking", "USD"),
    Column("given_up", "text", "conditions given up so far, apart by semicolons; empty for the strict request"),
    Column("unit", "text", "the unit of what is found"),
    Column("found", "integer", "products that meet what is left"),
    Column("provider", "text", "who bills the cheapest; id in providers.json; empty where nothing is found"),
    Column("sku", "text", "the provider's own id"),
    Column("usd_per_month", "decimal", "cost of its month", "USD"),
)


def workload_tables(data: SiteData) -> Iterator[ApiTable]:
    """A table a workload, in the order of its rankings."""
    index = site_index(data)
    yield llm_table(index)
    yield gpu_table(index)
    for workload, book in index.usage_books.items():
        rankings = [
            ranked_usage(book, UsageRequest(unit=c.usage_unit, usage=c.usage)) for c in book.comparators.values()
        ]
        rows = [row for ranking in rankings for row in usage_rows(ranking)]
        if rows:
            title = f"{BY_ID[workload].title}, ranked"
            yield ApiTable(f"workloads/{workload}", title, "Complete products by unit.", USAGE_COLUMNS, rows)


def usage_rows(ranking: UsageRanking) -> Iterator[tuple[Any, ...]]:
    """The products of one ranking, then those that may not win."""
    for rank, entry in enumerate(ranking.entries, 1):
        yield _usage_row(ranking, rank, entry, "")
    for entry, why in ranking.suspects:
        yield _usage_row(ranking, None, entry, why)


def _usage_row(ranking: UsageRanking, rank: int | None, entry: Entry, held_back: str) -> tuple[Any, ...]:
    row, shown = entry.product.first, ranking.comparator.shown
    return (
        ranking.comparator.label, price_text(ranking.use / shown), rank, row.provider, row.sku, row.model, row.region,
        exact_usd(entry.unit_price), exact_usd(entry.usd_per_month),
        " ".join(f"{r.meter}={price_text(r.price)}" for r in entry.product.all_rows), entry.product.basis,
        entry.capacity.stated, entry.grade, row.seen, row.sources, held_back,
    )  # fmt: skip


def llm_table(index: SiteIndex) -> ApiTable:
    """Every rated model with its cheapest seller."""
    profile = index.data.registry.profiles[0]
    rows = [
        (
            c.capability, c.rate.model, c.rate.provider, c.rate.sku, c.rate.region,
            price_text(c.rate.band(profile.prompt_tokens).input), price_text(c.rate.band(profile.prompt_tokens).output),
            exact_usd(c.usd_per_month), c.sellers,
            index.grade_of_price(c.rate.provider, c.rate.sku, c.rate.region, "api").letter,
            index.data.results.catalogue.models[c.rate.model].context or None,
        )
        for c in cheapest_rates(index, profile)
    ]  # fmt: skip
    return ApiTable(
        f"workloads/{LLM}", "Language models, ranked", "Each model at its cheapest seller.", LLM_COLUMNS, rows
    )


def gpu_table(index: SiteIndex) -> ApiTable:
    """Every GPU that is rented on demand, by the price of its memory."""
    rows = [gpu_cells(rank, g, index) for rank, g in enumerate(ranked_gpus(index), 1)]
    return ApiTable(f"workloads/{GPU}", "GPUs, ranked", "Each GPU by the price of its memory.", GPU_COLUMNS, rows)


def gpu_cells(rank: int, ranked: RankedGpu, index: SiteIndex) -> tuple[Any, ...]:
    """One GPU as a row of the file."""
    spot, reserved = (price_text(r.price) if r else "" for r in (ranked.spot, ranked.reserved))
    return (
        rank, ranked.gpu.id, ranked.best.provider, ranked.gpu.memory_bytes, price_text(ranked.per_gib),
        price_text(ranked.best.price), price_text(ranked.median), spot, reserved, price_text(ranked.month),
        ranked.providers, index.grade(ranked.best).letter,
    )  # fmt: skip


def relaxed_table(data: SiteData) -> ApiTable:
    """What a strict request of each workload finds, and what giving up its conditions one by one leads to."""
    rows: list[tuple[Any, ...]] = []
    for workload, book in site_index(data).usage_books.items():
        if (first := _first_ranking(book)) is None:
            continue
        budget, rungs = ladder_of(first)
        for rung in rungs:
            entry = rung.entries[0] if rung.entries else None
            found = (workload, exact_usd(budget), "; ".join(rung.given_up), rung.comparator.label, len(rung.entries))
            row = entry.product.first if entry else None
            cost = exact_usd(entry.usd_per_month) if entry else ""
            rows.append((*found, row.provider if row else "", row.sku if row else "", cost))
    says = "What relaxing a strict standard request finds, step by step."
    return ApiTable("workloads/relaxed", "Relaxed requests", says, RELAXED_COLUMNS, rows)


def _first_ranking(book: UsageBook) -> UsageRanking | None:
    """The ranking that the page of a workload begins with; None where nothing can be ranked."""
    units = sorted(book.comparators.values(), key=lambda c: c.id != book.default)
    rankings = (ranked_usage(book, UsageRequest(unit=c.usage_unit, usage=c.usage)) for c in units)
    return next((r for r in rankings if r.entries), None)


def left_out_table(data: SiteData) -> ApiTable:
    """How many prices of each workload stand in no ranking of its first unit, by reason."""
    rows: list[tuple[Any, ...]] = []
    for workload, book in site_index(data).usage_books.items():
        if first := _first_ranking(book):
            rows += [(workload, first.comparator.label, r["reason"], r["count"]) for r in left_out_rows(first)]
    return ApiTable("workloads/left_out", "Prices in no ranking", "Counts by reason.", LEFT_OUT_COLUMNS, rows)
