"""A recorded trace, reduced to the fields of the form."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.performance.lengths import TokenSpread
from wasm_tools.workload.trace import read_trace
from wasm_tools.workload.traffic import InputError

SET = ("profile", "prompt_tokens", "output_tokens", "prompt_p50", "prompt_p95", "output_p50", "output_p95", "lengths")
RATE = ("load", "users", "active", "per_minute", "pattern")


def answer(params: Mapping[str, Any], packs: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - as all methods
    """The fields of lengths, rate and peak of the `text` of a trace, with what was read in words."""
    try:
        found = read_trace(str(params.get("text", "")))
    except InputError as error:
        raise InputError("prompt_spread", error.message) from None
    fields = dict.fromkeys(SET, "") | {"prompt_spread": _row(found.prompt), "output_spread": _row(found.output)}
    said = (
        f"{found.requests:,} requests: {found.prompt.mean:,.0f} tokens in, {found.output.mean:,.0f} out on average,"
        f" {found.prompt.quantiles[2]:,.0f} and {found.output.quantiles[2]:,.0f} at p95"
    )
    if found.qps is None:
        return {"fields": fields, "said": f"{said}; no times, so the load stays"}
    if found.milliseconds:
        said += "; times read as milliseconds"
    fields |= dict.fromkeys(RATE, "") | {"qps": f"{found.qps:.6g}"}
    if found.peak_factor is None:
        return {"fields": fields, "said": f"{said}; {found.qps:,.3g} requests/s, too short a time for a peak"}
    fields["peak_factor"] = f"{found.peak_factor:.6g}"
    return {
        "fields": fields,
        "said": f"{said}; {found.qps:,.3g} requests/s on average, {found.peak_factor:,.3g} times that in a busy minute",
    }


def _row(spread: TokenSpread) -> str:
    return " ".join(f"{value:.6g}" for value in (spread.mean, spread.cv, *spread.quantiles))
