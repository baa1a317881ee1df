"""What is paid besides GPUs and tokens: data out, storage of weights, and what distance adds to the first token."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.planner.checks import above_zero, count, not_negative
from wasm_tools.workload.traffic import InputError

GB = 1_000_000_000
UNSOURCED = "no source names this provider's price, so it is not counted"


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A price that holds from `above` GB a month on; a free amount is a first step at 0."""

    above: Decimal
    usd: Decimal  # per GB (egress) or per GB and month (storage)


@dataclass(frozen=True, slots=True)
class Tariff:
    """What one provider charges for data out or for storage, in ascending steps from 0 GB."""

    provider: str
    steps: tuple[PriceStep, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Charge:
    """One surcharge a month. `usd` is None where it exists but no source names its price: unknown is not zero."""

    name: str
    usd: Decimal | None
    words: str


def tiered(steps: Sequence[PriceStep], gigabytes: Decimal) -> Decimal:
    """Dollars for an amount: each step's price for the part above its threshold and up to the next."""
    not_negative("gigabytes", gigabytes, "amount")
    ends = [*(step.above for step in steps[1:]), gigabytes]
    parts = ((min(gigabytes, end) - step.above, step.usd) for step, end in zip(steps, ends, strict=True))
    return sum((amount * usd for amount, usd in parts if amount > 0), Decimal(0))


def egress(
    tariffs: Mapping[str, Tariff], provider: str, requests_per_month: Decimal, output_tokens: int, token_bytes: Decimal
) -> Charge:
    """The charge for answers that leave the provider's network; prompts come in without charge.

    requests × output tokens × `token_bytes` (text alone, or the events of a streamed answer).
    """
    count("output_tokens", output_tokens)
    above_zero("token_bytes", token_bytes)
    gigabytes = requests_per_month * output_tokens * token_bytes / GB
    amount = f"{gigabytes:,.2f} GB of answers a month at {token_bytes.normalize():f} bytes a token"
    tariff = tariffs.get(provider)
    if tariff is None:
        return Charge("egress", None, f"{amount}; {UNSOURCED}")
    return Charge("egress", tiered(tariff.steps, gigabytes), f"{amount}; {tariff.source}")


def storage(tariffs: Mapping[str, Tariff], provider: str, weight_bytes: float, copies: int) -> Charge:
    """The charge for keeping `copies` of the weights, whether or not a replica is awake."""
    above_zero("weight_bytes", weight_bytes)
    count("copies", copies)
    gigabytes = Decimal(repr(weight_bytes)) / GB * copies
    amount = f"{gigabytes:,.1f} GB of weights"
    tariff = tariffs.get(provider)
    if tariff is None:
        return Charge("storage", None, f"{amount}; {UNSOURCED}")
    return Charge("storage", tiered(tariff.steps, gigabytes), f"{amount}; {tariff.source}")


def round_trip_ms(latencies: Mapping[tuple[str, str], float], here: str, there: str) -> float:
    """The median network round trip between two areas, added to the time to first token; 0 within one area.

    A warm connection is assumed: opening one takes further round trips. Raises InputError for an unknown area.
    """
    if here == there:
        return 0.0
    known = latencies.get((here, there), latencies.get((there, here)))
    if known is None:
        areas = sorted({area for pair in latencies for area in pair})
        raise InputError("area", f"no latency is known between {here!r} and {there!r}; known are {', '.join(areas)}")
    return known
