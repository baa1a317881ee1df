"""The ledgers and bills of the spend page: read once, kept in the worker, looked at in many ways. Nothing is stored."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from wasm_tools.invoice.charts import charts
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.spend.options import SpendOptions, options_from
from wasm_tools.spend.spend_record import outliers_of
from wasm_tools.spend.spent import Spend
from wasm_tools.workload.traffic import InputError

_KEPT, _OUTLIERS = "spend", "spend outliers"
_CHARTS = ("by-day", "month")


def keep(packs: MutableMapping[str, Any], spend: Spend) -> None:
    """Keep what was read in the place of what was read before."""
    packs[_KEPT] = spend


def forget(packs: MutableMapping[str, Any]) -> None:
    """Let go of what was read: a long ledger needs the memory."""
    packs.pop(_KEPT, None)
    packs.pop(_OUTLIERS, None)


def kept(packs: Mapping[str, Any]) -> Spend:
    """What was read last; InputError where there is nothing any more."""
    spend = packs.get(_KEPT)
    if not isinstance(spend, Spend):
        raise InputError("report", "the files are not in memory any more; read them again")
    return spend


def outliers_in(packs: MutableMapping[str, Any], options: SpendOptions) -> frozenset[int]:
    """The calls of the view that stand out, looked for once and kept for all of its pages."""
    spend = kept(packs)
    known = packs.get(_OUTLIERS)
    if known is None or known[0] is not spend or known[1] != options.view:
        known = packs[_OUTLIERS] = (spend, options.view, outliers_of(spend, options))
    found: frozenset[int] = known[2]
    return found


def with_charts(record: dict[str, Any]) -> dict[str, Any]:
    """A record with its charts of days and of the month, as live_chart.mjs draws them."""
    return {**record, "charts": [chart for chart in charts(record) if chart["id"] in _CHARTS]}


def options_in(params: Mapping[str, Any]) -> SpendOptions:
    """The `options` of a call; InputError that names a wrong field."""
    try:
        return options_from(params.get("options") or {})
    except InvoiceError as error:
        raise InputError("options", str(error)) from None
