"""Published lists: the plan files, the state of the sources, quality scores, and the weights that rankings use."""

from collections.abc import Mapping, Sequence
from typing import Any

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.page import SiteData
from generator.render.site_index import site_index
from wasm_tools.models.quality import QualityScore
from wasm_tools.planner import Ranking

HEALTH_COLUMNS = (
    Column("source", "text", "id in sources.json"),
    Column("state", "text", "fresh, late (older than twice its cadence), no key, never read, not read yet"),
    Column("observed_at", "date", "date of the last accepted payload"),
    Column("age_days", "integer", "its age on the date of the build", "days"),
    Column("cadence_days", "integer", "how often it is expected to change", "days"),
    Column("entries", "integer", "entries in the payload"),
    Column("statements", "integer", "prices or points read from it"),
    Column("changes", "integer", "prices that changed with the last payload"),
    Column("rejected", "integer", "entries or fields that were left out, each with a reason"),
    Column("quarantined", "integer", "statements that are held back"),
    Column("unread", "integer", "occurrences of price fields that nobody reads yet"),
    Column("transport", "text", "how the payload came: mirror, live, package"),
    Column("version", "text", "version that the payload states"),
    Column("sha256", "text", "checksum of the payload"),
)
PLAN_FILE_COLUMNS = (
    Column("id", "text", "profile/slo_class/load of a cell of the grid, or the id of a use case"),
    Column("kind", "text", "cell or use_case"),
    Column("profile", "text", "id in profiles.json"),
    Column("slo_class", "text", "id in slo_classes.json"),
    Column("load", "text", "id in loads.json; empty for a use case"),
    Column("minimum_class", "text", "least capable class of model that is allowed"),
    Column("json_file", "text", "the plans as JSON, beside this file"),
    Column("csv_file", "text", "the plans as CSV, beside this file"),
    Column("page", "text", "the page, relative to the root of the site"),
    Column("recommended", "text", "id of the recommended plan; empty where none is known to meet the target"),
    Column("usd_per_month", "decimal", "its cost; empty where there is none", "USD"),
    Column("possible", "integer", "plans that are possible", "plans"),
)
SCORE_COLUMNS = (
    Column("model", "text", "canonical model; id in models.json"),
    Column("benchmark", "text", "the benchmark"),
    Column("value", "number", "the score"),
    Column("unit", "text", "percent of what can be scored, or points of the benchmark's own scale"),
    Column("setting", "text", "how it was run, as the source says"),
    Column("self_reported", "boolean", "whether the model's developer reports it"),
    Column("date", "date", "when it was run or listed"),
    Column("cost_usd", "number", "cost of the run where stated", "USD"),
    Column("name", "text", "the model as the source names it"),
    Column("source", "text", "id in sources.json"),
    Column("url", "text", "the page that the source cites"),
)
WEIGHT_COLUMNS = (
    Column("kind", "text", "benchmark: what counts for a use case; priority: what counts in the balanced list"),
    Column("of", "text", "the use case, or the priority"),
    Column("name", "text", "the benchmark, the primary one first; or cost, latency, quality, simplicity"),
    Column("weight", "number", "its weight; those of a use case add up to 1"),
    Column("fit", "text", "task: the benchmark asks for the work itself; proxy: it stands in for it"),
    Column("reason", "text", "why these"),
)


def index_tables(data: SiteData, health: Mapping[str, Any]) -> list[ApiTable]:
    """The lists, each published as JSON with an object a row and as CSV; `health` is the health report."""
    return [plan_files_table(data), scores_table(data), weights_table(data), health_table(health)]


def plan_files_table(data: SiteData) -> ApiTable:
    """Every question that has plans, with its files and its answer."""
    rows: list[tuple[Cell, ...]] = []
    for cell in data.results.cells:
        name = f"plans/{cell.path}"
        for minimum, ranking in cell.rankings.items():
            ids = (cell.path, "cell", cell.profile.id, cell.slo_class.id, cell.load.id, minimum)
            rows.append((*ids, f"{name}.json", f"{name}.csv", f"{name}/", *_answer(ranking), ranking.possible))
    for case in data.results.cases:
        name = f"use-cases/{case.case.id}"
        ids = (case.case.id, "use_case", case.profile.id, case.slo_class.id, "", case.workload.minimum_class)
        rows.append((*ids, f"{name}.json", f"{name}.csv", f"{name}/", *_answer(case.ranking), case.ranking.possible))
    says = "Every workload that has plans: its files, and the cheapest plan that meets its target."
    return ApiTable("plans", "Plan files", says, PLAN_FILE_COLUMNS, rows)


def _answer(ranking: Ranking) -> tuple[str, str]:
    plan = next((plan for _, plan in ranking.plans if plan.id == ranking.recommended), None)
    return (plan.id, f"{plan.usd_per_month:.2f}") if plan else ("", "")


def scores_table(data: SiteData) -> ApiTable:
    """Every quality score of a known model."""
    scores = site_index(data).of_models.scores
    rows = [row for model in sorted(scores) for row in score_rows(scores[model])]
    says = "Scores of models on public benchmarks, with who reports them and how they were run."
    return ApiTable("quality_scores", "Quality scores", says, SCORE_COLUMNS, rows)


def score_rows(scores: Sequence[QualityScore]) -> list[tuple[Cell, ...]]:
    """The rows of some scores."""
    return [tuple(getattr(s, c.name) for c in SCORE_COLUMNS) for s in scores]


def weights_table(data: SiteData) -> ApiTable:
    """The weights that the rankings are computed with."""
    catalogue = data.results.catalogue
    rows: list[tuple[Cell, ...]] = [
        ("benchmark", case.use_case, name, weight, case.fit, case.reason)
        for case in catalogue.quality.use_cases.values()
        for name, weight in case.weights
    ]
    for priority, weights in catalogue.policy.priorities.items():
        for name in ("cost", "latency", "quality", "simplicity"):
            rows.append(("priority", priority, name, getattr(weights, name), "", ""))
    says = "Which benchmarks count for a use case, and what counts in the balanced list, as the planner uses them."
    return ApiTable("weights", "Weights", says, WEIGHT_COLUMNS, rows)


def health_table(health: Mapping[str, Any]) -> ApiTable:
    """The state of each source."""
    rows = [tuple(source[c.name] for c in HEALTH_COLUMNS) for source in health["sources"]]
    return ApiTable("health", "Health", "State, age and counts of each source.", HEALTH_COLUMNS, rows)
