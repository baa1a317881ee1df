"""Price fields of a payload turned into statements: exact numbers, one price a meter, nothing dropped in silence."""

import csv
import io
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from generator.sync.statements import Parsed, PayloadError, Statement
from wasm_tools.pricing.meters import Meter, UnitRegistry, plain

ZERO = "zero without a statement that it is free"
FREE = "free"  # the variant of a meter whose price is zero because the source says so in words
FREE_NOTE = "free of charge, under limits of its own"
_FREE_ID = re.compile(r"[:-]free$")
_FREE_NAME = re.compile(r"\(free\)$|\bfree$")
NOISE_DIGITS, SHORT_DIGITS = 14, 9
LEAST, MOST = Decimal("1e-9"), Decimal("1e7")  # displayed prices outside are none, in any currency
_LEAST_RAW, _MOST_RAW = Decimal("1e-18"), Decimal("1e18")  # … before the scale is known, so that it can be applied
_LONG = 400  # digits of a whole number that nobody means


def json_payload(source: str, body: bytes) -> Any:
    """The parsed JSON with decimals kept from their text; raises PayloadError naming the source."""
    try:
        try:
            return json.loads(body, parse_float=Decimal, parse_constant=Decimal)
        except (ValueError, InvalidOperation):  # a number that is too long to be read must not cost the payload
            return json.loads(body, parse_float=_any_float, parse_int=_any_int, parse_constant=Decimal)
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"{source}: the payload is not complete JSON ({error})") from None


def _any_float(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("Infinity")


def _any_int(text: str) -> int | Decimal:
    return int(text) if len(text) < _LONG else Decimal("Infinity")


def folder_payload(source: str, body: bytes) -> dict[str, str]:
    """The texts of a payload of several files by file name; raises PayloadError naming the source."""
    files = json_payload(source, body)
    if not isinstance(files, dict) or not files or not all(isinstance(text, str) for text in files.values()):
        raise PayloadError(f"{source}: expected the texts of several files by name")
    try:
        "".join(files.values()).encode()
    except UnicodeEncodeError:
        raise PayloadError(f"{source}: a file holds halves of characters") from None
    return files


def csv_payload(source: str, text: str, columns: Collection[str]) -> Iterator[dict[str, str]]:
    """The rows of a CSV text that has at least `columns`; raises PayloadError naming what is missing.

    A row with another number of fields than the header comes back as an empty one: its columns have shifted (PE-38).
    """
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        header = next(rows, [])
        missing = [c for c in columns if c not in header]
        if missing:
            raise PayloadError(f"{source}: the CSV lacks the column {', '.join(missing)}")
        for row in rows:
            yield dict(zip(header, row, strict=True)) if len(row) == len(header) else {}
    except csv.Error as error:
        raise PayloadError(f"{source}: is not a CSV file ({error})") from None


def number(text: object) -> object:
    """The exact number that a text states; what is no number comes back as it is, to be rejected by name."""
    if not isinstance(text, str):
        return text
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return text


def number_problem(value: object) -> str:
    """Why `value` is not a price, or nothing."""
    if not isinstance(value, (Decimal, int)) or isinstance(value, bool):  # a union would be built each time
        return "not a number"
    if isinstance(value, Decimal) and not value.is_finite():
        return "not a finite number"
    if value < 0:
        return "negative"
    return ZERO if value == 0 else _outside(value, _LEAST_RAW, _MOST_RAW)


def says_free(provider: str, sku: str, name: str = "") -> bool:
    """Whether an id (`glm-5-free`, `gemma-4-31b-it:free`) or a name ("Kimi K2.7 Code (Free)") says that it is free.

    Not of OpenRouter's models: its own list says which are free today, and copies of it keep what has ended.
    """
    said = _FREE_ID.search(sku.lower()) or _FREE_NAME.search(name.lower().strip())
    return bool(said) and provider != "openrouter"


def implausible(price: Decimal) -> str:
    """Why a displayed price cannot be one, or nothing; a price of zero may be meant."""
    if not price.is_finite():
        return "not a finite number"
    return _outside(price, LEAST, MOST) if price else ""


def _outside(value: Decimal | int, least: Decimal, most: Decimal) -> str:
    return "implausibly large" if value > most else "implausibly small" if value < least else ""


def settled(price: Decimal) -> Decimal:
    """The price without the noise of binary floating point: 0.12500000000000003 is 0.125, 0.0208333333333333 stays.

    Only numbers of 14 and more digits that differ from one of nine digits by less than 1e-11 of their value change.
    """
    if len(price.as_tuple().digits) < NOISE_DIGITS:
        return price
    short = plain(Decimal(f"{price:.{SHORT_DIGITS - 1}e}"))
    return short if abs(short - price) < abs(price) * Decimal("1e-11") else price


@lru_cache(maxsize=65536)  # most prices are stated many times
def _displayed(value: Decimal, scale: int, per: int) -> Decimal:
    """`value` per `per` base units at the display scale of `scale` base units.

    Multiplied before it is divided, so that a price per hour or per million comes out with its own digits.
    """
    return plain(settled(plain(value * scale) / per))


@dataclass(slots=True)
class EntryPrices:
    """The prices of one entry of a payload. Collect with `add`, then `state` them."""

    parsed: Parsed
    units: UnitRegistry
    provider: str
    sku: str
    workload: str
    prices: dict[tuple[Meter, str, str, str], Statement] = field(default_factory=dict)

    def reject(self, reason: str) -> None:
        """Count one field of this entry that is left out."""
        self.parsed.reject(reason, f"{self.provider} {self.sku}")

    def add(
        self,
        name: str,
        meter: Meter,
        value: object,
        per: int = 1,
        *,
        region: str = "global",
        effective_from: str = "",
        effective_to: str = "",
        note: str = "",
        currency: str = "USD",
        source_url: str = "",
    ) -> None:
        """The price `value` in `currency` per `per` base units of `meter`, from the payload field `name`."""
        problem = number_problem(value)
        if problem:
            self.reject(problem if problem == ZERO else f"{name}: {problem}")
            return
        price = _displayed(Decimal(value), self.units.unit(meter).per, per)  # type: ignore[arg-type]
        problem = implausible(price)
        if problem:
            self.reject(f"{name}: {problem}")
            return
        key = (meter, region, effective_from, currency)
        known = self.prices.get(key)
        if known is not None:
            self.reject(f"{name}: {'repeats' if known.price == price else 'contradicts'} another field of its entry")
            return
        self.prices[key] = Statement(
            self.provider, self.sku, self.workload, meter, price, region, effective_from, effective_to, note,
            name, currency, source_url,
        )  # fmt: skip

    def add_free(self, name: str, meter: Meter, value: object, *, source_url: str = "") -> None:
        """The price of zero of an offer that the source calls free (PE-30), under a variant that compares with none.

        What is cached of a free input is free with it, and no offer of its own.
        """
        if meter.cache != "none":
            self.reject("cache of a free offer")
            return
        if number_problem(value) != ZERO:
            self.reject(f"{name}: free in words, not in its price")
            return
        meter = replace(meter, variant=FREE)
        self.prices.setdefault(
            (meter, "global", "", "USD"),
            Statement(
                self.provider, self.sku, self.workload, meter, Decimal(0), note=FREE_NOTE, field=name,
                source_url=source_url,
            ),
        )  # fmt: skip

    def state(self) -> None:
        """Hand the prices over; a reasoning rate that equals the output rate is no price of its own."""
        for (meter, region, start, currency), statement in self.prices.items():
            if meter.variant == "reasoning":
                output = self.prices.get((replace(meter, variant=""), region, start, currency))
                if output is not None and output.price == statement.price:
                    self.reject("reasoning rate repeats the output rate")
                    continue
            self.parsed.offers.append(statement)
