"""A small book of dated prices, and lines to hold against it, for the tests of the audit and the report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from tests.wasm_tools.bills import SPELLINGS, UNITS, WORKLOADS, offer
from wasm_tools.invoice.audit import Verdict
from wasm_tools.invoice.cells import audited
from wasm_tools.invoice.documents import Document
from wasm_tools.invoice.models import ModelBook
from wasm_tools.invoice.opportunities import Tier, opportunities
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.readers.reader import Context, Reader
from wasm_tools.invoice.resolution import Names
from wasm_tools.invoice.statement import OpenBill
from wasm_tools.invoice.tariffs import Periods, PriceList, Tariff
from wasm_tools.invoice.usage import Excluded, LineKey, UsageLine

NAMES = Names(
    providers={"open ai": "openai"},
    display={("openai", "model x"): "gpt-x"},
    model_names={"open 70b instruct": "open-70b"},
    aliases={"o70b": "open-70b"},
    prefixes={"": ("models/", "openai/"), "hosta": ("us.", "meta.")},
    versions=("-1:0",),
    each_date=frozenset({"seek-v3", "seek-r1"}),
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
    tariff("hostb", "open-70b", "input.text.token", "0.3", sources="hand page"),
    tariff("hostb", "open-70b", "output.text.token", "0.6", sources="hand page"),
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


def bill_of(lines: Sequence[UsageLine], file: str = "bill.csv", estimate: bool = False) -> OpenBill:
    """A bill of these lines, as if a reader had made them."""

    def reading(_: object, context: Context) -> Iterator[UsageLine | Excluded]:
        context.counted(len(lines))
        for number, x in enumerate(lines, 2):
            if x.cost is not None:
                context.money(x.key.currency, x.cost)
            yield replace(x, row=number)

    reader = Reader("made", "made", "table", frozenset({"x"}), reading, estimate=estimate)
    return OpenBill(file, reader, cast("Document", None), Context(), ())


def line(said: LineKey, quantity: str | None, cost: str | None, day: str = "2026-09-01", **group: str) -> UsageLine:
    amount = None if quantity is None else Decimal(quantity)
    return UsageLine(0, day, said, amount, None if cost is None else Decimal(cost), group=tuple(group.items()))


def tiers_of(
    lines: Sequence[UsageLine], prices: PriceBook, shares: Mapping[str, Decimal] | None = None
) -> dict[str, Tier]:
    """The opportunities of a bill."""
    cells = audited(bill_of(lines), prices).cells
    analysed = sum((c.cost for c in cells if c.key.kind == "usage" and c.key.currency == "USD"), Decimal(0))
    return opportunities(cells, prices, shares or {}, analysed)
