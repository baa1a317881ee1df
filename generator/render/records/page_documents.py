"""The documents of pages that are no single thing: lists, plans, use cases, workloads, health."""

from collections.abc import Iterator, Mapping

from generator.health import health_report
from generator.places import checkout
from generator.render.api_table import ApiTable, Cell, Column
from generator.render.index_tables import health_table, plan_files_table
from generator.render.page import SiteData
from generator.render.pages.plans import question
from generator.render.plan_tables import PLAN_COLUMNS, plan_table
from generator.render.records.entity import API, Document
from generator.render.registry_tables import gpus_table, models_table, providers_table, sources_table
from generator.render.workload_files import workload_tables
from generator.render.workload_words import BY_ID
from wasm_tools.planner import Ranking
from wasm_tools.workload.traffic import Slo, Workload

PLAN_BRIEF = (
    "rank", "model", "provider", "kind", "region", "usd_per_month", "usd_per_million_output", "slo", "evidence",
    "ttft_ms", "itl_ms", "e2e_ms", "slo_margin", "utilisation", "risk", "gpu", "gpus", "precision", "engine",
)  # fmt: skip
LIST_BRIEF = {
    "models": (
        "id", "name", "developer", "context", "providers", "lowest_input", "lowest_output", "verified_input",
        "verified_output", "verified_provider", "verified_on", "record",
    ),
    "providers": ("id", "name", "kind", "offers", "gpu_offers", "record"),
    "gpus": (
        "id", "name", "vendor", "memory_bytes", "prices", "providers", "lowest_on_demand", "lowest_spot", "record",
    ),
    "plans": ("id", "minimum_class", "recommended", "usd_per_month", "possible", "json_file"),
    "sources": ("id", "title", "homepage", "licence", "share", "attribution", "observed_at", "statements", "rejected"),
}  # fmt: skip
_QUESTION = (
    Column("prompt_tokens", "integer", "prompt length", "tokens"),
    Column("output_tokens", "integer", "length of the answer", "tokens"),
    Column("mean_rate", "number", "mean rate", "requests/s"),
    Column("peak_rate", "number", "peak rate", "requests/s"),
    Column("ttft_bound", "number", "bound of the time to first token", "ms"),
    Column("itl_bound", "number", "bound of the time between tokens", "ms"),
    Column("e2e_bound", "number", "bound of the whole request", "ms"),
    Column("percentile", "integer", "percentile at which the bounds hold"),
)
WHOLE = 10_000  # rows of a list that is given in full


def page_documents(data: SiteData) -> Iterator[Document]:
    """Every document but those of models, providers and GPUs."""
    yield from lists(data)
    for cell in data.results.cells:
        workload = next(iter(cell.workloads.values()))
        yield plans_document(f"plans/{cell.path}", question(cell), cell.rankings, workload, cell.slo)
    for case in data.results.cases:
        rankings = {case.workload.minimum_class: case.ranking}
        yield plans_document(f"use-cases/{case.case.id}", case.case.question, rankings, case.workload, case.slo)
    yield from workload_documents(data)


def lists(data: SiteData) -> Iterator[Document]:
    """The index pages, the sources and their health: each is a published table."""
    plans = plan_files_table(data)
    of_kind = plans.names.index("kind")
    cases = ApiTable(
        "plans", "Use cases", plans.description, plans.columns, [r for r in plans.rows if r[of_kind] == "use_case"]
    )
    health = health_table(health_report(data.registry, data.state, data.as_of, checkout().registry))
    for page, table in (
        ("models/", models_table(data)),
        ("providers/", providers_table(data)),
        ("gpus/", gpus_table(data)),
        ("plans/", plans),
        ("use-cases/", cases),
        ("data-sources/", sources_table(data)),
        ("health/", health),
    ):
        brief = {table.name: LIST_BRIEF[table.name]} if table.name in LIST_BRIEF else {}
        links = {"CSV": f"{API}{table.name}.csv"}
        title = table.title
        yield Document(title, table.description, page, f"{API}{table.name}.json", (), (table,), links, brief, WHOLE)


def plans_document(name: str, title: str, rankings: Mapping[str, Ranking], workload: Workload, slo: Slo) -> Document:
    """The plans of one question: a table for each least capable class of model."""
    tables, brief = [], {}
    for minimum, ranking in rankings.items():
        rows = plan_table("", "", {minimum: ranking}).rows
        heading = f"{minimum.capitalize()} models or better"
        says = f"{len(rows)} of {ranking.possible:,} possible plans, cheapest first"
        tables.append(ApiTable(minimum, heading, says, PLAN_COLUMNS, rows))
        brief[minimum] = PLAN_BRIEF
    cells: tuple[Cell, ...] = (
        workload.prompt_tokens, workload.output_tokens, workload.qps, workload.peak_qps, slo.ttft_ms, slo.itl_ms,
        slo.e2e_ms, slo.percentile,
    )  # fmt: skip
    return Document(
        title,
        "Ranked ways to serve one workload.",
        f"{name}/",
        f"{API}{name}.json",
        tuple(zip(_QUESTION, cells, strict=True)),
        tuple(tables),
        {"CSV": f"{API}{name}.csv"},
        brief,
    )


def workload_documents(data: SiteData) -> Iterator[Document]:
    """The rankings of each workload, and of GPUs by the hour."""
    names = []
    for table in workload_tables(data):
        words = BY_ID[table.name.removeprefix("workloads/")]
        names.append((words.id, words.title, f"{table.name}.csv"))
        links = {"CSV": f"{API}{table.name}.csv"}
        yield Document(table.title, table.description, words.path, f"{API}{table.name}.json", (), (table,), links)
    columns = (
        Column("id", "text", "id of the workload"),
        Column("title", "text", "name"),
        Column("csv_file", "text", "its ranking, under api/v1/"),
    )
    listed = ApiTable("workloads", "Workloads", "What each kind of AI work costs.", columns, names)
    yield Document("Workloads", listed.description, "workloads/", f"{API}index.json", (), (listed,))
