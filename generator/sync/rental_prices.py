"""Rental prices of a payload turned into statements: exact numbers per GPU-hour, checked, one price an offer.

A price outside `LEAST` to `MOST` USD per GPU-hour is no price of a GPU: it is a placeholder, the price of something
else, or a unit error.
"""

from dataclasses import dataclass, field
from decimal import Decimal, getcontext

from generator.sync.price_fields import ZERO, number_problem, settled
from generator.sync.statements import GpuStatement, Parsed
from wasm_tools.pricing.meters import Meter, UnitRegistry, plain

LEAST, MOST = Decimal("0.02"), Decimal(200)  # USD per GPU-hour
TOO_LOW, TOO_HIGH = f"below ${LEAST} per GPU-hour", f"above ${MOST} per GPU-hour"
HOURS_PER_MONTH, HOURS_PER_YEAR = 730, 8760  # as the clouds count them
DIGITS = 10
HOUR = 3600  # seconds, the base unit of a GPU
_GPU_SECOND = Meter("input", "any", "gpu_second")


def rental_problem(price: object) -> str:
    """Why `price`, USD per GPU-hour, is none, or nothing."""
    problem = number_problem(price)
    if problem or not isinstance(price, Decimal | int):
        return problem
    return TOO_LOW if price < LEAST else TOO_HIGH if price > MOST else ""


def _share(value: Decimal, parts: int) -> Decimal:
    """`value` / `parts`: exact where the quotient ends, else to ten digits (a month of 730 hours never ends)."""
    quotient = value / parts
    ends = len(quotient.as_tuple().digits) < getcontext().prec
    return plain(settled(quotient) if ends else Decimal(f"{quotient:.{DIGITS - 1}e}"))


@dataclass(slots=True)
class Rentals:
    """The rental prices of a payload; each is one offer: provider, instance, region, commitment."""

    parsed: Parsed
    units: UnitRegistry
    known: dict[tuple[str, str, str, str], Decimal] = field(default_factory=dict)

    def add(
        self,
        what: str,
        value: object,
        *,
        provider: str,
        instance: str,
        gpu_name: str,
        commitment: str,
        count: int = 1,
        hours: int = 1,
        region: str = "global",
        host_included: str = "unknown",
        note: str = "",
        source_url: str = "",
        per_second: str = "",
        scale_to_zero: str = "",
    ) -> None:
        """The price `value` in USD for `count` GPUs and `hours` hours; `what` names the field when it is none."""
        entry = f"{provider} {instance} {region} {commitment}"
        price = value
        if not number_problem(value) and isinstance(value, Decimal | int):
            shown = self.units.display_price(_GPU_SECOND, Decimal(value))  # per hour, as if `value` were per second
            price = _share(shown, HOUR * count * hours)
        problem = rental_problem(price)
        if problem or not isinstance(price, Decimal):
            self.parsed.reject(f"{what}: {problem}" if problem and problem != ZERO else ZERO, entry)
            return
        key = (provider, instance, region, commitment)
        if key in self.known:
            same = self.known[key] == price
            self.parsed.reject("repeats another row" if same else "contradicts another row of the same offer", entry)
            return
        self.known[key] = price
        self.parsed.gpu_offers.append(
            GpuStatement(
                provider=provider, instance=instance, gpu_name=gpu_name, count=count, commitment=commitment,
                price=price, region=region, host_included=host_included, note=note, source_url=source_url,
                per_second=per_second, scale_to_zero=scale_to_zero,
            )
        )  # fmt: skip
