"""Spend by day: the series, the end of the month, days that stand out, and why two months differ.

Nothing is filled in before the first use; days without a line inside the files are zero. The last days are provisional:
providers bill late.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from wasm_tools.invoice.cells import ZERO, Cell
from wasm_tools.invoice.usage import exact_sum

PROVISIONAL_DAYS = 3
ACTIVE_DAYS, WEEKLY_DAYS = 14, 28  # below the first nothing is estimated; from the second on each weekday is its own
SPREAD = Decimal("1.4826")  # of a normal distribution: standard deviation ÷ median absolute deviation
OUTLIER, BAND = Decimal("3.5"), Decimal("1.2816")  # standard deviations; 80 % of months lie within the second
FLOOR_USD = Decimal(1)
FEW = f"fewer than {ACTIVE_DAYS} days with use"


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """The month of the last day: what was spent so far, and the estimate of its whole with an 80 % band."""

    month: str
    actual: Decimal
    estimate: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Projection:
    """Days up to an end: what was spent so far, and the estimate of the whole with an 80 % band."""

    actual: Decimal
    estimate: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A day far from the usual, and the model and class that differ most from their own usual day."""

    day: str
    usd: Decimal
    usual: Decimal
    model: str
    line_class: str
    by: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """Why the spend of two months differs: `volume` + `price` + `mix` = `after` − `before`.

    Price is the change of the unit prices at the later quantities; volume what the same mix would have cost more; mix
    the rest: other models, classes and tiers, and lines whose quantity is not known.
    """

    first: str
    second: str
    before: Decimal
    after: Decimal
    volume: Decimal
    price: Decimal
    mix: Decimal


@dataclass(frozen=True, slots=True)
class Trend:
    """The series and what follows from it; `reason` says why an estimate is missing."""

    days: tuple[tuple[str, Decimal], ...]
    provisional: tuple[str, ...]
    month_end: MonthEnd | None
    anomalies: tuple[Anomaly, ...]
    change: Change | None
    reason: str


def trend(cells: Iterable[Cell], provisional_days: int = PROVISIONAL_DAYS, today: str = "") -> Trend:
    """The trend of usage in US dollars; cells without a day have no part in it.

    The last `provisional_days` may still grow: nothing is made of it where they are below the usual. `today` is as in
    `projected`.
    """
    dated = [c for c in cells if c.day and c.key.kind == "usage" and c.key.currency == "USD"]
    days = series(dated)
    provisional = tuple(day for day, _ in days[-provisional_days:])
    if active_days(days) < ACTIVE_DAYS:
        return Trend(tuple(days), provisional, None, (), _change(dated), FEW)
    unusual = tuple(_anomalies(days, dated, provisional))
    return Trend(tuple(days), provisional, _month_end(days, today), unusual, _change(dated), "")


def active_days(days: Sequence[tuple[str, Decimal]]) -> int:
    """How many days of a series have use."""
    return len([1 for _, usd in days if usd])


def series(cells: Iterable[Cell]) -> list[tuple[str, Decimal]]:
    """USD by day, from the first day of the cells to the last; days without one are zero."""
    spent: dict[str, Decimal] = {}
    for c in cells:
        spent[c.day] = spent.get(c.day, ZERO) + c.cost
    return filled(spent)


def filled(spent: Mapping[str, Decimal]) -> list[tuple[str, Decimal]]:
    """Amounts by ISO day in order, the days between the first and the last that have none as zero."""
    if not spent:
        return []
    first, last = (date.fromisoformat(day) for day in (min(spent), max(spent)))
    days = (str(first + timedelta(n)) for n in range((last - first).days + 1))
    return [(day, spent.get(day, ZERO)) for day in days]


def median(values: Sequence[Decimal]) -> Decimal:
    """The middle value, or the mean of the two; the sequence must not be empty."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def deviation(values: Sequence[Decimal]) -> Decimal:
    """The standard deviation that the median absolute deviation stands for."""
    middle = median(values)
    return SPREAD * median([abs(v - middle) for v in values])


def _alike(days: Sequence[tuple[str, Decimal]]) -> dict[int, list[Decimal]]:
    """Amounts by weekday; while there are too few days, those of all days with use for each weekday that has any.

    ACTIVE_DAYS hold each weekday twice: one without use, like a Sunday of an office, is expected to stay so.
    """
    found: dict[int, list[Decimal]] = {n: [] for n in range(7)}
    for day, usd in days:
        found[date.fromisoformat(day).weekday()].append(usd)
    if len(days) >= WEEKLY_DAYS:
        return found
    every = [usd for _, usd in days if usd]
    return {n: every if any(amounts) else amounts for n, amounts in found.items()}


def _month_end(days: Sequence[tuple[str, Decimal]], today: str) -> MonthEnd:
    month = days[-1][0][:7]
    last = monthrange(int(month[:4]), int(month[5:]))[1]
    found = projected(days, f"{month}-01", f"{month}-{last}", today)
    return MonthEnd(month, found.actual, found.estimate, found.low, found.high)


def projected(days: Sequence[tuple[str, Decimal]], since: str, until: str, today: str = "") -> Projection:
    """What the days of a series from `since` to `until` lead to when the days that are left are like those before.

    The series must have ACTIVE_DAYS days with use: fewer tell nothing. Days before `today` are over, used or
    not; '' where it is not known whether everything until then is told, as in bills.
    """
    actual = exact_sum(usd for day, usd in days if since <= day <= until)
    alike = _alike(days)
    left = days_left(days[-1][0], since, until, today)
    more = sum((median(alike[day.weekday()]) for day in left), ZERO)
    variance = sum((deviation(alike[day.weekday()]) ** 2 for day in left), ZERO)
    band = BAND * variance.sqrt()
    return Projection(actual, actual + more, max(actual, actual + more - band), actual + more + band)


def days_left(last: str, since: str, until: str, today: str) -> list[date]:
    """The days until an end that are neither told, up to the `last` of a series, nor over."""
    first = max(date.fromisoformat(last) + timedelta(1), *(date.fromisoformat(day) for day in (since, today) if day))
    return [first + timedelta(n) for n in range((date.fromisoformat(until) - first).days + 1)]


def _anomalies(
    days: Sequence[tuple[str, Decimal]], cells: Sequence[Cell], provisional: Sequence[str]
) -> Iterable[Anomaly]:
    alike, active = _alike(days), active_days(days)
    for day, usd in days:
        values = alike[date.fromisoformat(day).weekday()]
        usual, spread = median(values), deviation(values)
        distance = abs(usd - usual)
        unusual = distance > OUTLIER * spread if spread else usd > 2 * usual
        low = usd < usual and (day in provisional or (spread and not usd))
        if unusual and distance > FLOOR_USD and not low:
            yield Anomaly(day, usd, usual, *_explained(day, cells, active))


def _explained(day: str, cells: Sequence[Cell], active: int) -> tuple[str, str, Decimal]:
    """The model and class whose spend of the day is furthest from its mean over the days with use."""
    means: dict[tuple[str, str], Decimal] = {}
    today: dict[tuple[str, str], Decimal] = {}
    for c in cells:
        place = (c.product.model or c.product.sku or c.key.model_raw, c.key.line_class)
        means[place] = means.get(place, ZERO) + c.cost / active
        if c.day == day:
            today[place] = today.get(place, ZERO) + c.cost
    differences = {place: today.get(place, ZERO) - mean for place, mean in means.items()}
    model, line_class = max(differences, key=lambda p: (abs(differences[p]), p))
    return model, line_class, differences[model, line_class]


def _change(cells: Sequence[Cell]) -> Change | None:
    """The last two months that have use, held against each other; None with fewer."""
    months = sorted({c.day[:7] for c in cells})
    if len(months) < 2:
        return None
    first, second = ([c for c in cells if c.day.startswith(month)] for month in months[-2:])
    return changed(months[-2], first, months[-1], second)


def changed(first: str, earlier: Sequence[Cell], second: str, later: Sequence[Cell]) -> Change:
    """Why the spend of two periods differs; `first` and `second` are their names."""
    old, new = _priced(earlier), _priced(later)
    before, after = (exact_sum(c.cost for c in cells) for cells in (earlier, later))
    price = sum((new[k][1] - old[k][1] / old[k][0] * new[k][0] for k in old.keys() & new.keys()), ZERO)
    volume = ZERO
    for unit in {place[-1] for place in old}:
        (quantity, paid), (now, _) = (_of_unit(sums, unit) for sums in (old, new))
        volume += paid * (now / quantity - 1) if quantity and now else ZERO
    return Change(first, second, before, after, volume, price, after - before - volume - price)


def _of_unit(sums: Mapping[tuple[str, ...], tuple[Decimal, Decimal]], unit: str) -> tuple[Decimal, Decimal]:
    found = [both for place, both in sums.items() if place[-1] == unit]
    return sum((quantity for quantity, _ in found), ZERO), sum((cost for _, cost in found), ZERO)


def _priced(cells: Sequence[Cell]) -> Mapping[tuple[str, ...], tuple[Decimal, Decimal]]:
    """Quantity and cost by model, class, tier and unit, where there is a quantity."""
    found: dict[tuple[str, ...], tuple[Decimal, Decimal]] = {}
    for c in cells:
        if c.quantity:
            place = (c.product.provider, c.product.sku or c.key.model_raw, c.key.line_class, c.key.tier, c.key.unit)
            quantity, cost = found.get(place, (ZERO, ZERO))
            found[place] = (quantity + c.quantity, cost + c.cost)
    return {place: sums for place, sums in found.items() if sums[0]}  # corrections may take back all that was used
