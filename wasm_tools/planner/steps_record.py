"""Answers about workloads of several steps as JSON-safe records and table rows; money is text."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from wasm_tools.planner.pipeline import LlmStep
from wasm_tools.planner.plan import dollars, significant
from wasm_tools.planner.steps import Pick, StepAnswer, StepsAnswer

PER_REQUEST = Decimal("1e-9")
STEP_COLUMNS = (
    "step", "stage", "calls_per_s", "usd_per_month", "share", "product", "provider", "kind", "status", "typical_ms",
    "binds", "evidence", "seen", "unverified_usd_per_month", "unverified_product", "unverified_provider", "why_none",
)  # fmt: skip


def steps_record(answer: StepsAnswer, dates: Mapping[str, str]) -> dict[str, object]:
    """The record of an answer; `dates` says when each source of prices was last read."""
    pipeline, time = answer.pipeline, answer.typical
    target, held = None, answer.held_percentile
    if pipeline.target:
        target = {
            "e2e_ms": pipeline.target.e2e_ms,
            "percentile": pipeline.target.percentile,
            "percentile_held_by_the_parts": None if held is None else significant(held),
        }
    per_request, unverified = answer.usd_per_request(), answer.usd_per_request(verified=False)
    return {
        "requests_per_second": significant(pipeline.qps),
        "peak_requests_per_second": significant(pipeline.peak_qps),
        "target": target,
        "status": answer.status,
        "usd_per_month": _money(answer.usd()),
        "usd_per_month_unverified": _money(answer.usd(verified=False)),
        "usd_per_request": None if per_request is None else str(per_request.quantize(PER_REQUEST)),
        "usd_per_request_unverified": None if unverified is None else str(unverified.quantize(PER_REQUEST)),
        "typical_ms": None if time.ms is None else significant(time.ms),
        "typical_ms_at_least": significant(time.at_least),
        "time_unknown_of": list(time.unknown),
        "steps": [_step(answer, s, dates) for s in answer.steps],
    }


def steps_table(answer: StepsAnswer, dates: Mapping[str, str]) -> Iterable[tuple[str, ...]]:
    """The steps as rows of STEP_COLUMNS."""
    for s in answer.steps:
        r, found, cheapest = _step(answer, s, dates), s.recommended, s.unverified
        yield (
            s.step.id, str(s.step.stage), f"{s.qps:g}", _text(r["usd_per_month"]), _text(r["share"]),
            found.product if found else "", found.provider if found else "", found.kind if found else "",
            found.status if found else "", _text(r["typical_ms"]), found.binds if found else "",
            found.evidence if found else "", seen(found, dates) if found else "",
            _text(_money(s.usd(verified=False))), cheapest.product if cheapest else "",
            cheapest.provider if cheapest else "", "; ".join(s.why_none),
        )  # fmt: skip


def seen(pick: Pick, dates: Mapping[str, str]) -> str:
    """The newest date of a price: that of its ranking, or the last reading of a source that has it."""
    sources = (item.partition("=")[0].partition(":")[0] for item in pick.evidence.split())
    return pick.seen or max((dates[s] for s in sources if s in dates), default="")


def _step(answer: StepsAnswer, s: StepAnswer, dates: Mapping[str, str]) -> dict[str, object]:
    part, slo = answer.share(s), s.slo
    return {
        "id": s.step.id,
        "kind": "llm" if isinstance(s.step, LlmStep) else s.step.workload,
        "stage": s.step.stage,
        "calls": s.step.calls,
        "share_of_requests": s.step.share,
        "side_by_side": s.step.side_by_side,
        "calls_per_second": significant(s.qps),
        "peak_calls_per_second": significant(s.peak_qps),
        "bounds_of_a_call": None if slo is None else {
            "ttft_ms": significant(slo.ttft_ms), "itl_ms": significant(slo.itl_ms), "e2e_ms": significant(slo.e2e_ms),
            "percentile": slo.percentile,
        },
        "usd_per_month": _money(s.usd()),
        "share": None if part is None else significant(float(part), 6),
        "recommended": _pick(s.recommended, dates),
        "unverified": _pick(s.unverified, dates),
        "possible": s.possible,
        "typical_ms": None if s.time is None else significant(s.time.ms),
        "typical_basis": s.time.basis if s.time else "",
        "why_none": list(s.why_none),
        "left_out": dict(s.left_out),
    }  # fmt: skip


def _pick(pick: Pick | None, dates: Mapping[str, str]) -> dict[str, object] | None:
    if pick is None:
        return None
    return {
        "usd_per_month": dollars(pick.usd_per_month),
        "product": pick.product,
        "provider": pick.provider,
        "kind": pick.kind,
        "status": pick.status,
        "binds": pick.binds,
        "evidence": pick.evidence,
        "seen": seen(pick, dates),
        "plan": pick.plan.id if pick.plan else "",
    }


def _money(value: Decimal | None) -> str | None:
    return None if value is None else dollars(value)


def _text(value: object) -> str:
    return "" if value is None else str(value)
