"""A plan's record in words: what runs it, whether it meets the target, its times with their bands, and why it is here.

The planner's page writes the same words with wasm_tools/web/plan_words.mjs from the same records; a test holds the two
against each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from generator.render.formats import milliseconds, money, percent, seconds, signed_percent
from generator.render.texts import english, long_date, text

Record = Mapping[str, Any]  # of `plan_record`
KINDS = (
    "api", "rented", "spot", "reserved-3m", "reserved-6m", "reserved-1y", "reserved-3y", "marketplace", "community",
    "scheduled", "serverless", "owned", "bought",
)  # fmt: skip
ENGINES = {"vllm": "vLLM", "sglang": "SGLang", "trtllm": "TensorRT-LLM"}
STATUSES = ("met", "likely", "near", "unknown")
OWN = ("owned", "bought")  # nobody sells it
QUALIFIED = ("met", "likely")


@dataclass(frozen=True, slots=True)
class Names:
    """Names of things by id."""

    models: Mapping[str, str]
    providers: Mapping[str, str]
    gpus: Mapping[str, str]


def kind_words(kind: str) -> str:
    """The kind of a plan: `rented`, `reserved 1 year`."""
    return text(f"plan.kind.{kind}")


def status_words(slo: str) -> str:
    """Whether a plan meets the target, in a word."""
    return text(f"plan.status.{slo}")


def machine_words(plan: Record, names: Names) -> str:
    """What runs the model: `2 × H100 SXM 80GB`, `3 replicas of 2 × H100 SXM 80GB`; empty for an API."""
    if not plan["gpu"]:
        return ""
    gpu = names.gpus.get(plan["gpu"], plan["gpu"])
    replica = text("plan.machine", tensor=plan["tensor_parallel"], gpu=gpu)
    return replica if plan["replicas"] == 1 else text("plan.replicas", replicas=plan["replicas"], machine=replica)


def engine_words(plan: Record) -> str:
    """How it is run: `fp8, vLLM 0.19.0`; empty for an API."""
    if not plan["gpu"]:
        return ""
    return f"{plan['precision']}, {ENGINES.get(plan['engine'], plan['engine'])} {plan['engine_version']}".strip()


def seller_words(plan: Record, names: Names) -> str:
    """Where it runs: `at Neocloud`, `that you buy`."""
    if plan["kind"] in OWN:
        return text(f"plan.own.{plan['kind']}")
    return text("plan.seller", provider=names.providers.get(plan["provider"], plan["provider"]))


def name_words(plan: Record, names: Names) -> str:
    """What runs where and on what terms, in one line: `Open 70B on 2 × H100 SXM at Neocloud, spot`."""
    machine = machine_words(plan, names)
    model, seller = names.models.get(plan["model"], plan["model"]), seller_words(plan, names)
    if not machine:
        return text("plan.name", model=model, seller=seller)
    if plan["kind"] in OWN:
        return text("plan.name_on_machine", model=model, machine=machine, seller=seller)
    kind = kind_words(plan["kind"])
    return text("plan.name_on_terms", model=model, machine=machine, seller=seller, kind=kind)


def band_words(value: float, band: Sequence[float] | None) -> str:
    """The 90 % band around a time in ms, `95–390`; empty where no band is known."""
    if band is None or band[0] == band[1]:
        return ""
    return f"{milliseconds(value * band[0])}–{milliseconds(value * band[1])}"


def times_words(plan: Record) -> str:
    """The times in one line, `TTFT 170 ms, 90 %: 95–390; ITL 18 ms, 90 %: 15–23; E2E 19.0 s`, or why there are none."""
    if plan["ttft_ms"] is None:
        return english(str(plan["slo_reason"]))
    parts = []
    for name, metric in (("TTFT", "ttft"), ("ITL", "itl")):
        value = milliseconds(plan[f"{metric}_ms"])
        band = band_words(plan[f"{metric}_ms"], plan[f"{metric}_band"])
        parts.append(
            text("plan.time_band", name=name, value=value, band=band)
            if band
            else text("plan.time", name=name, value=value)
        )
    return "; ".join([*parts, text("plan.e2e", value=seconds(plan["e2e_ms"]))])  # fmt: skip


def margin_words(plan: Record) -> str:
    """How far the nearest bound is: `+29 %` to spare, `−4 %` beyond it; empty where no times are known."""
    return "" if plan["slo_margin"] is None else signed_percent(plan["slo_margin"])


def why_lines(plan: Record) -> list[str]:
    """Why a plan is here: its target, what limits it, its replicas, idle money and risks, and how all that is known."""
    margin, load = plan["slo_margin"], plan["utilisation"]
    reason = english(plan["slo_reason"])
    reasons = [r for r in plan["reasons"] if r != plan["slo_reason"]]
    lines = [
        ("cost", cost_words(plan)),
        ("target", reason if margin is None else text("plan.target", reason=reason, margin=signed_percent(margin))),
        ("binds", english(plan["binds"])),
        ("load", text("plan.load", share=percent(load)) if load is not None else ""),
        ("replicas", _replica_words(plan)),
        ("idle", _idle_words(plan)),
        ("kv_cache", text("plan.kv_cache", precision=plan["kv_cache"], requests=plan["concurrency"])
         if plan["gpu"] else ""),
        ("risk", text("plan.risk", share=percent(plan["risk"]), parts=_risk_words(plan)) if plan["risks"] else ""),
        ("surcharges", joined(charge_words(c) for c in plan["surcharges"])),
        ("how", english("; ".join(reasons))),
        ("measured", text("plan.measured", date=long_date(plan["measured_on"])) if plan["measured_on"] else ""),
        ("assumes", english("; ".join(plan["assumptions"]))),
        ("price", "" if plan["kind"] in OWN else ", ".join(plan["price_evidence"].split())),
    ]  # fmt: skip
    return [text(f"plan.why.{name}", text=words) for name, words in lines if words]


def joined(words: Iterable[str], between: str = "; ") -> str:
    """Words side by side; Markup where one of them is."""
    found = list(words)
    return (Markup(between) if any(isinstance(w, Markup) for w in found) else between).join(found)


def cost_words(plan: Record) -> str:
    """The same cost by the hour and by the token: `$0.76 an hour, $0.21 per 1M tokens in and out, …`."""
    hour, both, out = (
        money(Decimal(plan[name])) for name in ("usd_per_hour", "usd_per_million_tokens", "usd_per_million_output")
    )
    return text("plan.cost", hour=hour, both=both, out=out)


def charge_words(charge: Record) -> str:
    """What is paid beside the cost: `egress $12.30 a month: …`, with the words alone where nobody states a price."""
    usd, name, words = charge["usd_per_month"], english(charge["name"]), english(charge["words"])
    if usd is None:
        return text("plan.charge_unknown", name=name, words=words)
    return text("plan.charge", name=name, cost=money(Decimal(usd)), words=words)


def _risk_words(plan: Record) -> str:
    return joined((english(name) + f" {percent(premium)}" for name, premium in plan["risks"].items()), ", ")


def _replica_words(plan: Record) -> str:
    least, most = plan["replicas_min"], plan["replicas_max"]
    if least is None:
        return ""
    rule = english(plan["scaling"])
    return rule if least == most else text("plan.replica_range", least=least, most=most, rule=rule)


def _idle_words(plan: Record) -> str:
    if plan["usd_idle"] is None:
        return ""
    return text("plan.idle", cost=money(Decimal(plan["usd_idle"])), share=percent(plan["idle_share"]))


def sku_words(plan: Record) -> str:
    """What the offer is called at its seller, with its region where it has one."""
    return plan["sku"] if plan["region"] in ("", "global") else f"{plan['sku']}, {plan['region']}"


def counted_close(number: int) -> str:
    """How many more plans are as close as the first close one."""
    return text("plan.close_more", n=number) if number else ""
