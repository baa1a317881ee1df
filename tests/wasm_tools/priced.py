"""A small book of dated prices, and lines to hold against it, for the tests of the audit and the report."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.wasm_tools.bills import SPELLINGS, UNITS, WORKLOADS, offer
from wasm_tools.invoice.audit import Verdict
from wasm_tools.invoice.models import ModelBook
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.resolution import Names
from wasm_tools.invoice.tariffs import Periods, PriceList, Tariff
from wasm_tools.invoice.usage import LineKey

NAMES = Names(
    providers={"open ai": "openai"},
    display={("openai", "model x"): "gpt-x"},
    model_names={"open 70b instruct": "open-70b"},
    aliases={"o70b": "open-70b"},
    prefixes={"": ("models/", "openai/"), "hosta": ("us.", "meta.")},
    versions=("-1:0",),
    each_date=frozenset({"seek-v3"}),
)
NO_MODELS = ModelBook({}, {}, {})


def tariff(provider: str, model: str, meter: str, price: str, *past: tuple[str, str], **more: str) -> Tariff:
    """A tariff; `past` are (day, price) from the oldest on, `''` for not listed, ending with the latest."""
    made = offer(provider, model, meter, price, **more)
    periods: Periods = tuple((day, Decimal(p) if p else None) for day, p in past) or (("", made.price),)
    return Tariff(made, periods)


TARIFFS: tuple[Tariff, ...] = (
    tariff("openai", "gpt-x", "input.text.token", "2", ("2026-01-01", "4"), ("2026-07-01", "2"), region="global"),
    tariff("openai", "gpt-x", "input.text.token", "2.2", region="eu"),
    tariff("openai", "gpt-x", "input.text.token;cache=read", "0.5", region="global"),
    tariff("openai", "gpt-x", "input.text.token;cache=write", "2.5", region="global"),
    tariff("openai", "gpt-x", "output.text.token", "8", region="global"),
    tariff("openai", "gpt-x", "input.text.token;tier=batch", "1", region="global"),
    tariff("openai", "gpt-x", "input.text.token;tier=priority", "3.5", region="global"),
    tariff("openai", "gpt-x", "input.text.token;above_tokens=200000", "4", region="global"),
    tariff("openai", "gpt-x-mini", "input.text.token", "0.25", ("2026-03-01", "0.25")),
    tariff("openai", "speak-x", "input.text.character", "15", workload="text-to-speech"),
    tariff("openai", "hear-x", "input.audio.audio_second", "0.36", workload="speech-to-text"),
    tariff("openai", "tool-x", "input.any.search", "10", region="global"),
    tariff("hosta", "open-70b", "input.text.token", "0.9", sku="meta/open-70b-instruct"),
    tariff("hosta", "open-70b", "output.text.token", "0.9", sku="meta/open-70b-instruct"),
    tariff("hostb", "open-70b", "input.text.token", "0.3"),
    tariff("hostb", "open-70b", "output.text.token", "0.6"),
)


def book(tariffs: Iterable[Tariff] = TARIFFS, names: Names = NAMES, models: ModelBook = NO_MODELS) -> PriceBook:
    return PriceBook("2026-11-20", PriceList(tariffs), names, models, UNITS, SPELLINGS, WORKLOADS)


def key(model: str = "gpt-x", line_class: str = "input_uncached", **more: Any) -> LineKey:
    made = LineKey(
        "openai", model_raw=model, line_class=line_class, unit="token", unit_evidence="stated", currency="USD",
        cost_basis="invoiced",
    )  # fmt: skip
    return replace(made, **more)


def judged(
    said: LineKey, quantity: str, cost: str, day: str = "2026-09-01", tariffs: Sequence[Tariff] = TARIFFS
) -> Verdict:
    """The verdict of one line."""
    rule = book(tariffs).rule(said, day)
    amount, usd = Decimal(quantity), Decimal(cost)
    if rule.common is None and rule.plain and rule.low * amount <= usd <= rule.high * amount:
        return rule.plain  # the short way that `audited` takes
    return rule.verdict(amount, usd)
