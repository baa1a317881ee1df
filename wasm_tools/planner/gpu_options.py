"""One model on every GPU: the smallest set that holds it, the cheapest plan on it, or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.performance.memory import WEIGHT_BYTES, held_at_once
from wasm_tools.planner.candidate import Candidate
from wasm_tools.planner.catalogue import Catalogue
from wasm_tools.planner.diagnostics import CODE_OF_WORDS, REASONS, STAGE
from wasm_tools.planner.exclusions import Exclusions
from wasm_tools.planner.near_misses import Relaxation, smallest_relaxation
from wasm_tools.planner.question import KINDS, Question
from wasm_tools.planner.ranking import Answer, answer
from wasm_tools.planner.ready import Ready, ready_of
from wasm_tools.workload.traffic import InputError

HOSTED = tuple(kind for kind in KINDS if kind != "api")
ON_DEMAND = ("rented", "marketplace", "community")  # a price of a month without a commitment, or nearest to it
ELSEWHERE = ("gpu_filtered", "narrower", "not_selected")  # reasons that say nothing of this model on this GPU


@dataclass(frozen=True, slots=True)
class GpuOption:
    """One model on one GPU. `plan` is the cheapest that meets the target, else the cheapest that nearly does.

    `smallest` is the least number of GPUs whose memory holds the model with one request of this length, and at which
    precision; 0 where none does. `missing` says why there is no plan, and `relaxation` what would let one in.
    """

    gpu: GpuCard
    smallest: int
    precision: str
    plan: Candidate | None
    missing: str
    relaxation: Relaxation | None


def hosted_models(found: Answer) -> tuple[str, ...]:
    """The models that plans on GPUs are made of, those that meet the target first, each by its cheapest plan."""
    hosted = [c for c in found.candidates if c.kind != "api"]
    ordered = [*(c for c in hosted if c.qualifies), *hosted]
    return tuple(dict.fromkeys(c.model for c in ordered))


def gpu_options(question: Question, catalogue: Catalogue, model: str) -> tuple[GpuOption, ...]:
    """Every GPU of the catalogue with the model on it, those with a plan first, by cost; then by name.

    The question's limits on models and GPUs are left aside, the others hold. InputError for a model that nobody can
    host: its weights are not open, or nothing is known of its shape.
    """
    if model not in catalogue.deployables_of_models:
        raise InputError("model", f"nothing says how {model} would run on a GPU; choose a model with open weights")
    ready, by_gpu, refused = ready_of(catalogue, model), dict[str, list[Ready]](), dict[str, str]()
    for one in ready.able:
        by_gpu.setdefault(one.deployable.gpu, []).append(one)
    for deployable, words in ready.refused:
        refused.setdefault(deployable.gpu, words)
    options = [_option(question, catalogue, model, card, by_gpu, refused) for card in catalogue.gpus.values()]
    return tuple(sorted(options, key=_order))


def _order(option: GpuOption) -> tuple[int, float, int, str]:
    plan = option.plan
    if plan is None:
        return 2 if option.smallest else 3, 0.0, option.smallest, option.gpu.id
    return 0 if plan.qualifies else 1, plan.usd_per_month, 0, plan.id


def _option(
    question: Question,
    catalogue: Catalogue,
    model: str,
    card: GpuCard,
    by_gpu: Mapping[str, Sequence[Ready]],
    refused: Mapping[str, str],
) -> GpuOption:
    readied = by_gpu.get(card.id, ())
    smallest, precision = _smallest(readied, question.longest_tokens)
    if not readied:
        nothing = refused.get(card.id, "nothing says how this model would run on it")
        return GpuOption(card, 0, "", None, nothing, None)
    asked = _narrowed(question, model, card.id)
    found = answer(asked, catalogue)
    able = [c for c in found.candidates if c.qualifies] or list(found.candidates)
    plan = next((c for c in able if c.kind in ON_DEMAND), able[0] if able else None)
    if plan is not None:
        return GpuOption(card, smallest, precision, plan, "", None)
    relaxation = smallest_relaxation(found.missed)
    return GpuOption(card, smallest, precision, None, _missing(found.excluded), relaxation)


def _smallest(readied: Sequence[Ready], tokens: int) -> tuple[int, str]:
    """GPUs of the smallest set that holds the model with one request, and the most exact precision that it holds."""
    fitting = [r.deployable for r in readied if held_at_once(r.room, tokens)]
    best = min(fitting, key=lambda d: (d.tensor_parallel, -WEIGHT_BYTES[d.precision], d.precision), default=None)
    return (best.tensor_parallel, best.precision) if best else (0, "")


def _narrowed(question: Question, model: str, gpu: str) -> Question:
    limits = question.limits
    kinds = tuple(k for k in limits.kinds if k != "api") or HOSTED
    narrower = replace(limits, models=(model,), gpus=(gpu,), without_gpus=(), kinds=kinds)
    return replace(question, wishes=replace(question.wishes, limits=narrower))


def _missing(excluded: Exclusions) -> str:
    """The reason of what came nearest to a plan, in the words of the planner's counters."""
    codes = [CODE_OF_WORDS[words] for words, _ in excluded.rows() if words in CODE_OF_WORDS]
    told = [c for c in codes if STAGE[c] > STAGE["model_filtered"] and c not in ELSEWHERE]
    return REASONS[max(map(STAGE.__getitem__, told))].words if told else "no plan is possible on it"
