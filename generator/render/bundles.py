"""The published folders of plans: the three best self-hosted deployments of a ranking, as a zip and some single files.

All others are made in the planner's page or by `atlas manifests`, from the same code and data.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.render.api_file import API
from generator.render.api_table import ApiTable, Cell, Column
from generator.render.manifests import FOLDER, book, deployed_or_reason
from generator.render.once import once
from generator.render.page import SiteData
from wasm_tools.manifests.deployment import deployment
from wasm_tools.manifests.plan_document import plan_document
from wasm_tools.manifests.plan_files import plan_files
from wasm_tools.planner import Plan, Question, Ranking, Wishes, plan_record
from wasm_tools.planner.candidate import QUALIFIED
from wasm_tools.planner.question_record import question_record

BEST = 3
# Files that are published beside the zip, and what they are called in a list of links. They are few and small: the site
# has to stay within the limits of usual hosts, and a KServe file of each deployment is published besides.
SINGLE_FILES = {
    "README.md": "README",
    "targets/compose.yaml": "Docker Compose",
}


COLUMNS = (
    Column("id", "text", "name of the folder and of every object in it"),
    Column("plan", "text", "id of the plan in the plan files"),
    Column("zip", "text", "the archive, beside this file"),
    Column("model", "text", "canonical model; id in models.json"),
    Column("gpu", "text", "canonical GPU; id in gpus.json"),
    Column("engine", "text", "serving engine"),
    Column("precision", "text", "bits of a weight"),
    Column("tensor_parallel", "integer", "GPUs of a replica"),
    Column("replicas", "integer", "replicas for the peak"),
    Column("prompt_tokens", "integer", "of a request", "tokens"),
    Column("output_tokens", "integer", "of a request", "tokens"),
    Column("qps", "number", "mean rate", "requests/s"),
    Column("peak_qps", "number", "rate at peak", "requests/s"),
    Column("ttft_ms", "number", "bound on the time to the first token", "ms"),
    Column("itl_ms", "number", "bound on the time between tokens", "ms"),
    Column("e2e_ms", "number", "bound on the whole request", "ms"),
    Column("percentile", "integer", "at which the bounds hold"),
    Column("usd_per_month", "decimal", "cost of a month of 730 hours", "USD"),
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A published folder: its name, which is the plan's id, and the content of its `plan.json`."""

    folder: str
    document: Mapping[str, Any]

    @property
    def zip_path(self) -> str:
        """The site path of the archive."""
        return f"{FOLDER}/{self.folder}.zip"

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Names and site paths of the single files."""
        return tuple((name, f"{FOLDER}/{self.folder}/{path}") for path, name in SINGLE_FILES.items())


@once
def published_bundles(data: SiteData) -> Mapping[int, Bundle]:
    """The bundle of a plan by the identity of its object: one plan may answer two questions, and then has two."""
    found: dict[int, Bundle] = {}
    for ranking, asked in _questions(data):
        found |= {id(plan): bundle for plan, bundle in _best(ranking, asked, data.as_of)}
    return found


def bundle_files(data: SiteData) -> Iterator[tuple[str, str, bytes]]:
    """Kind (`zip` or the path in the folder), site path and content of what is published of every folder, in order."""
    for bundle in _folders(data):
        made = plan_files(bundle.document, book())
        yield "zip", bundle.zip_path, made.zip
        for path in SINGLE_FILES:
            yield path, f"{FOLDER}/{bundle.folder}/{path}", made.files[path].encode()


def bundle_table(data: SiteData) -> ApiTable:
    """What each published folder deploys, and the question that it answers."""
    rows: list[tuple[Cell, ...]] = []
    for bundle in _folders(data):
        plan, asked = bundle.document["plan"], bundle.document["question"]
        slo = asked["slo"]
        known: dict[str, Cell] = {
            "id": bundle.folder, "plan": plan["id"], "zip": bundle.zip_path.removeprefix(API),
            **{name: plan[name] for name in ("model", "gpu", "engine", "precision", "tensor_parallel", "replicas")},
            **{name: asked[name] for name in ("prompt_tokens", "output_tokens", "qps", "peak_qps")},
            **{name: slo[name] for name in ("ttft_ms", "itl_ms", "e2e_ms", "percentile")},
            "usd_per_month": plan["usd_per_month"],
        }  # fmt: skip
        rows.append(tuple(known[column.name] for column in COLUMNS))
    says = "Plans whose deployment files are published; the planner makes those of all others."
    return ApiTable("bundles", "Deployment files", says, COLUMNS, rows)


def _folders(data: SiteData) -> list[Bundle]:
    """Each folder once, sorted."""
    bundles = {b.folder: b for b in published_bundles(data).values()}
    return [bundle for _, bundle in sorted(bundles.items())]


def _questions(data: SiteData) -> Iterator[tuple[Ranking, dict[str, Any]]]:
    """Every ranking of the site with the record of its question."""
    for cell in data.results.cells:
        for name, ranking in cell.rankings.items():
            yield ranking, question_record(Question(cell.workloads[name], cell.slo))
    for case in data.results.cases:
        question = Question(case.workload, case.slo, Wishes(use_case=case.case.id))
        yield case.ranking, question_record(question)


def _best(ranking: Ranking, asked: Mapping[str, Any], as_of: str) -> Iterator[tuple[Plan, Bundle]]:
    """The plans that count as meeting the target and can be deployed, by cost with their risk, no deployment twice."""
    able = [plan for _, plan in ranking.plans if plan.configuration and plan.slo in QUALIFIED]
    found = set()
    for plan in sorted(able, key=lambda p: (float(p.usd_per_month) * (1 + p.risk), p.id)):
        shared = deployed_or_reason(plan)
        if isinstance(shared, str) or shared.plan_id in found:
            continue
        found.add(shared.plan_id)
        document = plan_document(as_of, asked, plan_record(plan))
        yield plan, Bundle(deployment(document, book()).plan_id, document)
        if len(found) == BEST:
            return
