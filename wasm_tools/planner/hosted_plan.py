"""The description of a plan on GPUs: figures, reasons, what binds it, and what it takes for granted."""

from collections.abc import Iterator
from decimal import Decimal

from wasm_tools.performance.memory import weight_bytes
from wasm_tools.performance.observations import Misses
from wasm_tools.planner.catalogue import Catalogue, Deployable
from wasm_tools.planner.holding import OWN, Holding
from wasm_tools.planner.load import Load
from wasm_tools.planner.plan import Configuration, Plan, Prediction
from wasm_tools.planner.question import Question
from wasm_tools.planner.scores import plan_score
from wasm_tools.planner.sizing import Sized
from wasm_tools.planner.surcharges import Charge, egress, storage
from wasm_tools.workload.traffic import SECONDS_PER_MONTH

BINDS = {
    "ttft": "the bound on the time to first token",
    "itl": "the bound on the time between tokens",
    "e2e": "the bound on the whole request",
    "throughput": "the bound on the output speed",
    "memory": "GPU memory: no more requests fit at a time",
    "saturation": "throughput: the GPUs are at their limit",
    "range": "the range of the model: a higher load was not looked at",
}
TIERS = {
    "measured": "measured at this very load",
    "interpolated": "interpolated between measured points of this configuration at these lengths",
    "anchored": "anchored on measurements of the same model, GPU, engine and precision",
    "modelled": "modelled by calibrated physics; nothing of this kind was measured on this GPU",
}

NAMES = {"ttft": "TTFT", "itl": "ITL", "e2e": "end-to-end", "throughput": "output speed"}


def run_name(deployable: Deployable) -> str:
    """How a model runs, as the last part of a plan's id."""
    d = deployable
    experts = f"-ep{d.expert_parallel}" if d.expert_parallel > 1 else ""
    return f"{d.model}/{d.precision}/{d.gpu}/{d.engine}/tp{d.tensor_parallel}{experts}"


def hosted_plan(
    question: Question,
    catalogue: Catalogue,
    sized: Sized,
    load: Load,
    holding: Holding,
    risks: tuple[tuple[str, float], ...],
) -> Plan:
    """The whole plan of a sized configuration on one way to have its machines."""
    d, served, workload = sized.deployable, sized.served, question.workload
    tokens = Decimal(repr(workload.qps)) * SECONDS_PER_MONTH
    computed = workload.prompt_tokens * (1 - workload.cacheable_share)
    per_output = holding.usd_per_month * 1_000_000 / (tokens * workload.output_tokens)
    per_token = holding.usd_per_month * 1_000_000 / (tokens * (workload.prompt_tokens + workload.output_tokens))
    score, score_words = plan_score(catalogue, question.wishes.use_case, d.model, d.quantised)
    parts = (holding.kind, holding.provider, holding.sku, holding.region, holding.variant, run_name(d))
    return Plan(
        id=":".join(filter(None, parts)),
        kind=holding.kind,
        model=d.model,
        provider=holding.provider,
        sku=holding.sku,
        region=holding.region,
        usd_per_month=holding.usd_per_month,
        usd_per_million_tokens=per_token,
        usd_per_million_output=per_output,
        slo=load.status,
        slo_reason=_status_words(load, served.misses),
        prediction=Prediction(
            load.ttft_ms, load.itl_ms, load.e2e_ms, load.evidence, load.bands.first_token, load.bands.tpot
        ),
        configuration=Configuration(
            gpu=d.gpu,
            checkpoint=d.checkpoint,
            precision=d.precision,
            kv_cache=d.kv_cache,
            engine=d.engine,
            engine_version=d.engine_version,
            tensor_parallel=d.tensor_parallel,
            expert_parallel=d.expert_parallel,
            replicas=sized.replicas,
            gpus=holding.gpus,
            concurrency=served.slots,
            requests_per_second=served.capacity.rate,
            prompt_tokens=workload.prompt_tokens,
            output_tokens=workload.output_tokens,
            basis=served.curve.basis,
            measured_on=d.measured_on,
            prefill_tokens_per_second=computed * 1000 / served.curve.prefill_ms,
        ),
        capacity=holding.capacity,
        utilisation=served.capacity.utilisation * load.share,
        slo_margin=load.margin,
        binds=BINDS[served.capacity.binds],
        risks=risks,
        price_evidence=holding.evidence,
        reasons=_reasons(question, catalogue, sized, load, holding),
        assumptions=_assumptions(question, catalogue),
        score=score,
        score_words=score_words,
        once=holding.once,
        running=holding.running,
        surcharges=tuple(_surcharges(question, catalogue, sized, holding)),
    )


def _status_words(load: Load, misses: Misses) -> str:
    if misses:
        return "misses " + " and ".join(
            f"the {NAMES[bound]} bound by {_percent(factor - 1)}" for bound, factor in misses
        )
    if load.status == "met":
        return "the estimates keep all bounds, and so do the far ends of their 90 % bands"
    return "the estimates keep all bounds; at the far end of their 90 % bands one would be missed"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %" if share >= 0.005 else "less than 1 %"


def _reasons(question: Question, catalogue: Catalogue, sized: Sized, load: Load, holding: Holding) -> tuple[str, ...]:
    served, d = sized.served, sized.deployable
    capacity, workload = served.capacity, question.workload
    plural, verb = ("", "carries") if sized.replicas == 1 else ("s", "carry")
    spare = f", {sized.spare} of them spare" if sized.spare else ""
    reasons = [
        f"one replica on {d.tensor_parallel} × {catalogue.gpus[d.gpu].name} serves"
        f" {'at least ' if capacity.at_least else ''}{capacity.rate:.3g} requests/s within the target, with"
        f" {capacity.in_flight:.3g} in flight; {sized.replicas} replica{plural}{spare} {verb} the peak of"
        f" {workload.peak_qps:g} requests/s with {(catalogue.policy.headroom - 1) * 100:.0f} % to spare",
        *holding.words,
        f"times at the peak: {TIERS[load.evidence]}",
        *served.curve.basis,
    ]
    if d.note:
        reasons.append(d.note)
    return tuple(reasons)


def _surcharges(question: Question, catalogue: Catalogue, sized: Sized, holding: Holding) -> Iterator[Charge]:
    """Data out and storage at a renter of machines; own hardware has neither here."""
    if not question.surcharges or holding.provider == OWN:
        return
    hosting, d = catalogue.hosting, sized.deployable
    answer_bytes = hosting.values["event_bytes"].value
    output = question.workload.output_tokens
    yield egress(hosting.egress, holding.provider, question.requests_per_month, output, answer_bytes)
    weights = weight_bytes(catalogue.book.shapes[d.model], d.precision)
    yield storage(hosting.storage, holding.provider, weights, 1)


def _assumptions(question: Question, catalogue: Catalogue) -> tuple[str, ...]:
    slo, workload = question.slo, question.workload
    spread = "every request has these lengths" if workload.lengths is None else "lengths spread as stated"
    said = [
        f"{workload.prompt_tokens:,} prompt and {workload.output_tokens:,} output tokens; {spread}",
        f"arrivals with a coefficient of variation of {workload.arrival_cv:g}",
        f"no replica above {catalogue.policy.utilisation_cap * 100:.0f} % of its saturation",
        f"percentiles (p{slo.percentile}) from mean times with the spread of {catalogue.tails.source}",
        "no speculative decoding; chunked prefill as the engine has it",
    ]
    if question.network_ms:
        said.append(f"{question.network_ms:g} ms for the way between users and machines are part of the times")
    if workload.cacheable_share:
        said.append(
            f"{workload.cacheable_share * 100:.0f} % of each prompt is in the prefix cache and not computed again"
        )
    return tuple(said)
