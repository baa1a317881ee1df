"""Every model with open weights: the plan of one standard question, or the reason why there is none."""

from collections.abc import Iterable
from dataclasses import dataclass

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.once import once
from generator.render.page import SiteData
from wasm_tools.planner.diagnostics import CODE_OF_WORDS, REASONS, STAGE, Reason
from wasm_tools.planner.plan import Plan, dollars
from wasm_tools.planner.presets import START
from wasm_tools.planner.question import Limits, Question, Wishes
from wasm_tools.planner.ranking import answer

MINIMUM = "small"  # the class of the question: every rated model may answer it
UNRATED = Reason("unrated_model", "it has no reviewed capability class", "wait until the model has been reviewed")
NOT_TEXT = Reason("no_offer", "it does not answer in text", "look for it under its kind of workload")
UNSOLD = Reason(
    "no_offer",
    "nobody sells it by the text token, and nothing says how it would run on a GPU",
    "wait for a price, or plan it from its config.json",
)
NO_USE = Reason("no_offer", "none of its prices can be planned with", "read its prices on its page")
COLUMNS = (
    Column("model", "text", "canonical model; id in models.json"),
    Column("has_plan", "boolean", "whether the standard question has a plan with it"),
    Column("slo", "text", "met, likely, near, unknown: how its cheapest plan keeps the target; empty without a plan"),
    Column("usd_per_month", "decimal", "cost of a month of 730 hours", "USD"),
    Column("kind", "text", "api, rented, spot, reserved-1y and other terms, marketplace, serverless"),
    Column("provider", "text", "who bills; id in providers.json"),
    Column("sku", "text", "the provider's model id, or the rented instance"),
    Column("gpu", "text", "canonical GPU; id in gpus.json; empty for an API"),
    Column("gpus", "integer", "GPUs that are paid for"),
    Column("reason", "text", "why there is no plan; empty where there is one"),
    Column("change", "text", "what would help"),
)


@dataclass(frozen=True, slots=True)
class OpenModel:
    """A model with its cheapest plan, one that keeps the target if there is any, or the reason without one."""

    model: str
    plan: Plan | None
    reason: Reason | None


@once
def open_models(data: SiteData) -> tuple[OpenModel, ...]:
    """Every model of the registry whose weights are open, by id, each once."""
    question = standard_question(data)
    models = sorted(m.id for m in data.registry.models if m.open_weights == "yes")
    return tuple(_open_model(m, data, question) for m in models)


def standard_question(data: SiteData) -> Question:
    """The question that the planner's page begins with, for models of every class."""
    wanted = (START["profile"], START["slo"], START["load"])
    cell = next(c for c in data.results.cells if (c.profile.id, c.slo_class.id, c.load.id) == wanted)
    return Question(cell.workloads[MINIMUM], cell.slo)


def _open_model(model: str, data: SiteData, question: Question) -> OpenModel:
    catalogue = data.results.catalogue
    row = data.registry.model[model]
    if row.output_modalities and "text" not in row.output_modalities:
        return OpenModel(model, None, NOT_TEXT)
    if not data.registry.cards[model].capability:
        return OpenModel(model, None, UNRATED)
    if model not in catalogue.rates_of_models and model not in catalogue.deployables_of_models:
        return OpenModel(model, None, UNSOLD)
    asked = Question(question.workload, question.slo, wishes=Wishes(limits=Limits(models=(model,))))
    found = answer(asked, catalogue)
    plan = next((c for c in found.candidates if c.qualifies), next(iter(found.candidates), None))
    if plan is None:
        return OpenModel(model, None, _missing(words for words, _ in found.excluded.rows()))
    return OpenModel(model, plan.described(), None)


def _missing(excluded: Iterable[str]) -> Reason:
    """The reason of the offer that came nearest; what is counted before the choice of models is of all models."""
    codes = [CODE_OF_WORDS[words] for words in excluded if words in CODE_OF_WORDS]
    own = [c for c in codes if STAGE[c] > STAGE["model_filtered"] and c not in ("not_selected", "narrower")]
    return REASONS[max(map(STAGE.__getitem__, own))] if own else NO_USE


def open_models_table(data: SiteData) -> ApiTable:
    """The list as it is published."""
    rows: list[tuple[Cell, ...]] = []
    for one in open_models(data):
        if one.plan is None:
            reason = one.reason or NO_USE
            rows.append((one.model, False, "", "", "", "", "", "", None, reason.words, reason.change))
            continue
        plan, machine = one.plan, one.plan.configuration
        gpu, gpus = (machine.gpu, machine.gpus) if machine else ("", None)
        cost = dollars(plan.usd_per_month)
        rows.append((one.model, True, plan.slo, cost, plan.kind, plan.provider, plan.sku, gpu, gpus, "", ""))
    says = "Every model with open weights: the cheapest plan of the planner's first question, or why there is none."
    return ApiTable("open_models", "Open-weights models", says, COLUMNS, rows)
