"""A plan's record in words: what runs it, whether it meets the target, its times with their bands, and why it is here.

The planner's page writes the same words with wasm_tools/web/plan_words.mjs from the same records; a test holds the two
against each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from generator.render.formats import milliseconds, money, percent, plural, seconds, signed_percent

Record = Mapping[str, Any]  # of `plan_record`
KINDS = {
    "api": "API",
    "rented": "rented",
    "spot": "spot",
    "reserved-3m": "reserved 3 months",
    "reserved-6m": "reserved 6 months",
    "reserved-1y": "reserved 1 year",
    "reserved-3y": "reserved 3 years",
    "marketplace": "marketplace",
    "community": "private host",
    "scheduled": "fixed time",
    "serverless": "serverless",
    "owned": "owned",
    "bought": "bought",
}
ENGINES = {"vllm": "vLLM", "sglang": "SGLang", "trtllm": "TensorRT-LLM"}
STATUSES = {"met": "met", "likely": "likely", "near": "near", "unknown": "not verified"}
OWN = {"owned": "that you have", "bought": "that you buy"}  # in place of a seller
NO_LIMIT = "no rate limit is stated"
QUALIFIED = ("met", "likely")


@dataclass(frozen=True, slots=True)
class Names:
    """Names of things by id."""

    models: Mapping[str, str]
    providers: Mapping[str, str]
    gpus: Mapping[str, str]


def machine_words(plan: Record, names: Names) -> str:
    """What runs the model: `2 × H100 SXM 80GB`, `3 replicas of 2 × H100 SXM 80GB`; empty for an API."""
    if not plan["gpu"]:
        return ""
    replica = f"{plan['tensor_parallel']} × {names.gpus.get(plan['gpu'], plan['gpu'])}"
    return replica if plan["replicas"] == 1 else f"{plan['replicas']:,} replicas of {replica}"


def engine_words(plan: Record) -> str:
    """How it is run: `fp8, vLLM 0.19.0`; empty for an API."""
    if not plan["gpu"]:
        return ""
    return f"{plan['precision']}, {ENGINES.get(plan['engine'], plan['engine'])} {plan['engine_version']}".strip()


def seller_words(plan: Record, names: Names) -> str:
    """Where it runs: `at Neocloud`, `that you buy`."""
    return OWN.get(plan["kind"]) or f"at {names.providers.get(plan['provider'], plan['provider'])}"


def name_words(plan: Record, names: Names) -> str:
    """What runs where and on what terms, in one line: `Open 70B on 2 × H100 SXM at Neocloud, spot`."""
    machine = machine_words(plan, names)
    model, seller = names.models.get(plan["model"], plan["model"]), seller_words(plan, names)
    terms = "" if not machine or plan["kind"] in OWN else f", {KINDS[plan['kind']]}"
    return f"{model} on {machine} {seller}{terms}" if machine else f"{model} {seller}"


def band_words(value: float, band: Sequence[float] | None) -> str:
    """The 90 % band around a time in ms, `95–390`; empty where no band is known."""
    if band is None or band[0] == band[1]:
        return ""
    return f"{milliseconds(value * band[0])}–{milliseconds(value * band[1])}"


def times_words(plan: Record) -> str:
    """The times in one line, `TTFT 170 ms, 90 %: 95–390; ITL 18 ms, 90 %: 15–23; E2E 19.0 s`, or why there are none."""
    if plan["ttft_ms"] is None:
        return str(plan["slo_reason"])
    parts = []
    for name, metric in (("TTFT", "ttft"), ("ITL", "itl")):
        band = band_words(plan[f"{metric}_ms"], plan[f"{metric}_band"])
        parts.append(
            f"{name} {milliseconds(plan[f'{metric}_ms'])} ms" + (f", 90\N{NO-BREAK SPACE}%: {band}" if band else "")
        )
    return "; ".join([*parts, f"E2E {seconds(plan['e2e_ms'])} s"])


def margin_words(plan: Record) -> str:
    """How far the nearest bound is: `+29 %` to spare, `−4 %` beyond it; empty where no times are known."""
    return "" if plan["slo_margin"] is None else signed_percent(plan["slo_margin"])


def why_lines(plan: Record) -> list[str]:
    """Why a plan is here: its target, what limits it, its replicas, idle money and risks, and how all that is known."""
    margin, load = plan["slo_margin"], plan["utilisation"]
    risks = ", ".join(f"{name} {percent(premium)}" for name, premium in plan["risks"].items())
    reasons = [r for r in plan["reasons"] if r != plan["slo_reason"]]
    lines = [
        ("Cost", cost_words(plan)),
        ("Target", plan["slo_reason"] + (f"; nearest bound {signed_percent(margin)}" if margin is not None else "")),
        ("Limited by", plan["binds"]),
        ("Load at peak", f"{percent(load)} of what the replicas can carry" if load is not None else ""),
        ("Replicas", _replica_words(plan)),
        ("Idle", _idle_words(plan)),
        ("KV cache", f"{plan['kv_cache']}, up to {plan['concurrency']:,} requests at a time" if plan["gpu"] else ""),
        ("Added for risk in comparisons", f"{percent(plan['risk'])}: {risks}" if risks else ""),
        ("Not in the cost", "; ".join(charge_words(c) for c in plan["surcharges"])),
        ("How", "; ".join(reasons)),
        ("Measured", f"last on {plan['measured_on']}" if plan["measured_on"] else ""),
        ("Assumes", "; ".join(plan["assumptions"])),
        ("Price stated by", "" if plan["kind"] in OWN else ", ".join(plan["price_evidence"].split())),
    ]
    return [f"{label}: {text}." for label, text in lines if text]


def cost_words(plan: Record) -> str:
    """The same cost by the hour and by the token: `$0.76 an hour, $0.21 per 1M tokens in and out, …`."""
    hour, both, out = (
        money(Decimal(plan[name])) for name in ("usd_per_hour", "usd_per_million_tokens", "usd_per_million_output")
    )
    return f"{hour} an hour; {both} per 1M tokens in and out together, {out} per 1M out"


def charge_words(charge: Record) -> str:
    """What is paid beside the cost: `egress $12.30 a month: …`, with the words alone where nobody states a price."""
    usd = charge["usd_per_month"]
    return f"{charge['name']}{'' if usd is None else f' {money(Decimal(usd))} a month'}: {charge['words']}"


def _replica_words(plan: Record) -> str:
    least, most = plan["replicas_min"], plan["replicas_max"]
    if least is None:
        return ""
    return plan["scaling"] if least == most else f"{least:,} to {most:,}. {plan['scaling']}"


def _idle_words(plan: Record) -> str:
    if plan["usd_idle"] is None:
        return ""
    return f"{money(Decimal(plan['usd_idle']))} a month, {percent(plan['idle_share'])} of the capacity that is paid for"


def sku_words(plan: Record) -> str:
    """What the offer is called at its seller, with its region where it has one."""
    return plan["sku"] if plan["region"] in ("", "global") else f"{plan['sku']}, {plan['region']}"


def counted_close(number: int) -> str:
    """How many more plans are as close as the first close one."""
    return f"and {plural(number, 'more plan')} within the error of the first" if number else ""
