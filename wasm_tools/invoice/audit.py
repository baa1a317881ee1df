"""The price audit of one line: what it was billed at, held against the list price of its own day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal

from wasm_tools.invoice.line_meters import Fit
from wasm_tools.invoice.numerals import rounding_of
from wasm_tools.invoice.tariffs import Quote, Tariff
from wasm_tools.invoice.unit_reading import Readings, fitting_reading, readings_of, spans_of
from wasm_tools.invoice.usage import LineKey
from wasm_tools.invoice.usual_factors import CACHE_FACTORS, FACTORS

LIST, FACTOR, CONTRACT, ABOVE = "list", "known factor", "contract discount", "above list"
UNEXPLAINED, UNIT, FLOOR = "cannot be explained", "unit contradicts price", "below the rounding floor"
UNKNOWN, VALUED, LEFT_OUT = "unknown", "no cost stated", "not compared"
NO_PRICE, NO_PRICE_OF_DAY = "the catalogue has no price of this model and class", "no price of that day"
NO_QUANTITY = "the file states no quantity of this line"
MIXED = "the file does not say which tokens were counted, and the price lies between those of several kinds"
TOLERANCE = Decimal("0.01")
FLOOR_USD = Decimal("0.50")  # below it, half a cent is more than one percent
LATE_DAYS = 92  # a change is seen when a source is read again; ours: the longest time between two readings, rounded up
_QUOTIENTS = Context(prec=28)
_PERCENT, _TENTH, _UNIT = Decimal("0.01"), Decimal("0.1"), Decimal(1)
_LEAST = Decimal("0.4")  # of list: the largest discount that is taken for one
_CENT = Decimal("0.005")


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """How one price stands against `price`, per display unit of `tariff`; `factor` is billed ÷ list where not 1.

    `size` is the factor on the quantity where the stated unit was wrong.
    """

    kind: str
    detail: str = ""
    tariff: Tariff | None = None
    price: Decimal | None = None
    per: int = 1
    factor: Decimal | None = None
    size: Decimal | None = None
    note: str = ""


Band = tuple[Decimal, Decimal, Verdict]  # the lowest and highest price that counts as one, and what it is then


class LineRule:
    """The judge of all lines of one key and day.

    A cost per base unit between `low` and `high` is `plain`: at the list price. `common` is the verdict of all lines,
    whatever they cost, where nothing can be judged.
    """

    __slots__ = (
        "_bands", "_base", "_day", "_factors", "_fit", "_key", "_made", "_others", "_per", "_prices", "_quotes",
        "_readings", "_span",
        "common", "high", "low", "plain", "reason",
    )  # fmt: skip

    def __init__(
        self,
        key: LineKey,
        day: str,
        found: Fit,
        per: int,
        reason: str,
        span: Sequence[Decimal] = (),
        left_out: str = "",
    ) -> None:
        self._key, self._day, self._fit, self._per, self._span = key, day, found, per, span
        self._made: dict[tuple[object, ...], Verdict] = {}
        self._quotes = _quotes(found.said, day)
        self._others = _quotes(found.other, day)
        self.low = self.high = Decimal(0)
        self.plain: Verdict | None = None
        self.reason = reason
        self._base = self._first(found.first)  # what factors are held against
        self._bands: list[Band] | None = None  # made when a line is not at the plain price
        self._factors: list[Band] = []
        self._prices: list[Decimal] = []
        # of the range of the provider's prices; of the list prices once they are prepared
        self._readings: Readings = readings_of([(span[0], span[1])], key.unit) if span else ((), ())
        self.common: Verdict | None = None
        if left_out:
            self.common = Verdict(LEFT_OUT, left_out)
        elif reason:
            self.common = None if span else Verdict(UNKNOWN, reason)
        elif not self._quotes:
            self.reason = NO_PRICE_OF_DAY if found.said else NO_PRICE
            self.common = None if self._base else Verdict(UNKNOWN, self.reason)
        elif self._base is not None and self._base[1].price > 0:
            tariff, quote = self._base
            self.low = quote.price * (1 - TOLERANCE) / per
            self.high = quote.price * (1 + TOLERANCE) / per
            self.plain = Verdict(LIST, "", tariff, quote.price, per, note=quote.note)

    def _first(self, first: Tariff | None) -> tuple[Tariff, Quote] | None:
        known = self._quotes or self._others
        return next((pair for pair in known if pair[0] is first), known[0] if known else None)

    def verdict(self, quantity: Decimal | None, cost: Decimal | None, lines: int = 1) -> Verdict:
        """The verdict of a quantity (base units) and a cost (US dollars), which was rounded on `lines` lines."""
        if self.common is not None:
            return self.common
        if quantity is None:
            return self._verdict(LEFT_OUT, NO_QUANTITY)
        if cost is None:
            return self._verdict(UNKNOWN, self.reason) if self.reason else self._plain_as(VALUED)
        if not quantity or quantity < 0 or cost < 0:
            return self._verdict(LEFT_OUT, "a line without quantity, or with a negative one, has no price")
        per_unit = _QUOTIENTS.divide(Decimal(self._per), quantity)
        written, rate = self._written(cost)
        rounding = rounding_of(written) * rate * lines
        price, slack = _QUOTIENTS.multiply(cost, per_unit), _QUOTIENTS.multiply(rounding, per_unit)
        if self._span:
            return self._unnamed(price)
        if self._bands is None:
            self._prepare()
        low, high = price - slack, price + slack
        return (
            _within(self._bands or (), low, high)
            or self._rounded(cost)
            or _within(self._factors, low, high)
            or (self._verdict(UNKNOWN, self.reason) if self.reason else self._apart(price))
        )

    def _prepare(self) -> None:
        """The prices that explain a line, in the order in which they are tried."""
        self._bands = [*self._matches(), *self._changed_late()]
        self._factors = list(self._usual_factors())
        self._prices = sorted({q.price for _, q in self._quotes if q.price > 0})
        self._readings = readings_of(spans_of(self._prices), self._key.unit)

    def _plain_as(self, kind: str) -> Verdict:
        """A verdict that carries the list price without judging."""
        if self.plain is None:
            return self._verdict(kind, "the list price is zero")
        return self._verdict(kind, "", self.plain.tariff, self.plain.price, note=self.plain.note)

    def _verdict(
        self, kind: str, detail: str = "", tariff: Tariff | None = None, price: Decimal | None = None,
        factor: Decimal | None = None, size: Decimal | None = None, note: str = "",
    ) -> Verdict:  # fmt: skip
        known = (kind, detail, id(tariff), price, factor, size, note)
        found = self._made.get(known)
        if found is None:
            found = self._made[known] = Verdict(kind, detail, tariff, price, self._per, factor, size, note)
        return found

    def _matches(self) -> Iterator[Band]:
        """Listed prices: those that agree with the line, then those of another tier, band or place."""
        for tariff, quote in self._quotes:
            yield _band(quote.price, self._verdict(LIST, "", tariff, quote.price, note=quote.note))
        for tariff, quote in self._others:
            place = "" if tariff.offer.region == "global" else f", {tariff.offer.region}"
            detail = f"the list price of {tariff.meter}{place}"
            factor = None if self._base is None else _ratio(quote.price, self._base[1].price)
            yield _band(quote.price, self._verdict(FACTOR, detail, tariff, quote.price, factor, note=quote.note))

    def _changed_late(self) -> Iterator[Band]:
        """Prices that were first seen soon after the day: sources are read now and then, so they may be older."""
        for tariff in self._fit.said:
            later = tariff.next_after(self._day)
            if later and _days(self._day, later[0]) <= LATE_DAYS:
                note = f"this price was first seen on {later[0]}"
                yield _band(later[1], self._verdict(LIST, "", tariff, later[1], note=note))

    def _written(self, cost: Decimal) -> tuple[Decimal, Decimal]:
        """A cost as the file has it, and US dollars for one of its currency."""
        rate = self._key.converted[1] if self._key.converted else Decimal(1)
        return (cost if rate == 1 else _QUOTIENTS.divide(cost, rate)), rate

    def _rounded(self, cost: Decimal) -> Verdict | None:
        rounded = cost < FLOOR_USD and rounding_of(self._written(cost)[0]) == _CENT and not self.reason
        return self._plain_as(FLOOR) if rounded else None

    def _usual_factors(self) -> Iterator[Band]:
        if self._base is None or self._fit.mixed or self._key.unit != "token":
            return
        tariff, quote = self._base
        for factor, detail in FACTORS + (CACHE_FACTORS if self._key.line_class == "input" else ()):
            verdict = self._verdict(FACTOR, detail, tariff, quote.price, factor, note=quote.note)
            yield _band(quote.price * factor, verdict)

    def _apart(self, price: Decimal) -> Verdict:
        """A price that no list and no usual factor explains."""
        if self.plain is None or self.plain.price is None or not self._prices:
            return self._verdict(UNKNOWN, "the catalogue lists this as free at this provider")
        lowest, highest = self._prices[0], self._prices[-1]
        size = fitting_reading(price, self._readings)
        if size is not None:
            return self._verdict(UNIT, _reading(size), self.plain.tariff, self.plain.price, size=size)
        against = lowest if self._fit.mixed else self.plain.price
        if price > highest:
            dearest = next(t for t, q in self._quotes if q.price == highest)
            return self._verdict(ABOVE, "", dearest, highest, _ratio(price, highest))
        if price < against:
            factor = _ratio(price, against)
            if factor < _LEAST:
                return self._verdict(UNEXPLAINED, "less than 40 % of list", self.plain.tariff, against)
            return self._verdict(CONTRACT, f"{1 - factor:.0%} below list", self.plain.tariff, against, factor)
        if self._fit.mixed:
            return self._verdict(UNKNOWN, MIXED)
        return self._verdict(UNEXPLAINED, "between several list prices", self.plain.tariff, self.plain.price)

    def _unnamed(self, price: Decimal) -> Verdict:
        """A line without a known price, whose unit is held against the range of its provider's prices."""
        size = fitting_reading(price, self._readings)
        if size is None:
            return self._verdict(UNKNOWN, self.reason)
        return self._verdict(UNIT, f"{_reading(size)}; {self.reason}", size=size)


def _band(price: Decimal, verdict: Verdict) -> Band:
    return price * (1 - TOLERANCE), price * (1 + TOLERANCE), verdict


def _within(bands: Iterable[Band], low: Decimal, high: Decimal) -> Verdict | None:
    """The verdict of the first band that a price between `low` and `high` may lie in."""
    for least, most, verdict in bands:
        if least <= high and low <= most:
            return verdict
    return None


def _quotes(tariffs: Iterable[Tariff], day: str) -> list[tuple[Tariff, Quote]]:
    return [(t, quote) for t in tariffs if (quote := t.on(day)) is not None]


def _ratio(a: Decimal, b: Decimal) -> Decimal:
    """a ÷ b to the hundredth, from 2 on to the tenth and from 20 on to the unit: cells would be too many."""
    if not b:
        return Decimal(0)
    ratio = _QUOTIENTS.divide(a, b)
    return ratio.quantize(_PERCENT if ratio < 2 else _TENTH if ratio < 20 else _UNIT, ROUND_HALF_EVEN)


def _reading(size: Decimal) -> str:
    factor = f"× {size.normalize():f}" if size >= 1 else f"÷ {_QUOTIENTS.divide(1, size).to_integral_value():f}"
    return f"the quantity fits the price when the stated unit is taken {factor}"


def _days(first: str, second: str) -> int:
    """Days between two ISO days."""
    return (date.fromisoformat(second) - date.fromisoformat(first)).days
