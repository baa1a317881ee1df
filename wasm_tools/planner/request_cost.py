"""The exact cost of an API request with shares: cached prompt, batch and tiers, success and retries."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.planner.checks import count, share
from wasm_tools.workload.traffic import InputError

MILLION = Decimal(1_000_000)
TIERS = ("standard", "batch", "flex", "priority")
CACHE_LIFETIMES = ("5m", "1h")
MAX_RETRIES = 100


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """$/1M tokens for prompts longer than `above` tokens in one tier; None where the offer names no such price."""

    above: int
    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None  # kept for five minutes, or for as long as the provider likes
    cache_write_1h: Decimal | None = None


Prices = Mapping[str, tuple[TokenPrices, ...]]  # by tier, bands ascending from 0; the standard tier is always there


@dataclass(frozen=True, slots=True)
class RequestMix:
    """What the requests of a month are like. Shares are exact; the defaults are one plain request."""

    prompt_tokens: int
    output_tokens: int
    cached_share: Decimal = Decimal(0)  # of the prompt, read from the provider's cache
    written_share: Decimal = Decimal(0)  # of the prompt, written to the cache by this request
    cache_lifetime: str = "5m"
    batch_share: Decimal = Decimal(0)  # of the requests, sent as batch jobs
    tier: str = "standard"  # of the other requests
    success_rate: Decimal = Decimal(1)  # of one attempt
    retries: int = 0  # further attempts after a failure
    failures_charged: bool = True

    def __post_init__(self) -> None:
        count("prompt_tokens", self.prompt_tokens)
        count("output_tokens", self.output_tokens)
        for name in ("cached_share", "written_share", "batch_share"):
            share(name, getattr(self, name))
        share("success_rate", self.success_rate, above=True)
        count("retries", self.retries, least=0)
        if self.retries > MAX_RETRIES:
            raise InputError("retries", f"{self.retries} is more than {MAX_RETRIES}; no client tries as often")
        if self.cached_share + self.written_share > 1:
            raise InputError("written_share", "cached and written shares of the prompt are more than all of it")
        if self.cache_lifetime not in CACHE_LIFETIMES:
            raise InputError("cache_lifetime", f"{self.cache_lifetime!r} is not one of {', '.join(CACHE_LIFETIMES)}")
        if self.tier not in TIERS or self.tier == "batch":
            raise InputError("tier", f"{self.tier!r} is not one of standard, flex, priority; batch has its own share")


@dataclass(frozen=True, slots=True)
class RequestCost:
    """US dollars of one request, retries included, and what share of requests is answered in the end."""

    usd: Decimal
    attempts: Decimal  # on average
    answered: Decimal
    words: tuple[str, ...]  # what is counted otherwise than asked, and why

    @property
    def usd_per_answer(self) -> Decimal:
        """US dollars for one answered request: what failed for good is spread over the others."""
        return self.usd / self.answered


def request_cost(prices: Prices, mix: RequestMix) -> RequestCost:
    """The mean cost of a request; exact but for the division that spreads failures over answers.

    The band of the whole prompt prices the request. Where an offer has no price for a tier or a cache, the standard
    price holds and the words say so. Attempts follow one another until one succeeds: 1 + f + … + f^retries on average
    with failure rate f. Failed attempts cost as much as the others unless `failures_charged` is off.
    """
    notes: list[str] = []
    once = Decimal(0)
    for tier, part in ((mix.tier, 1 - mix.batch_share), ("batch", mix.batch_share)):
        if part:
            once += part * _attempt(prices, tier, mix, notes)
    failure = 1 - mix.success_rate
    attempts = Decimal(1)
    for _ in range(mix.retries):
        attempts = 1 + failure * attempts
    answered = 1 - failure ** (mix.retries + 1)
    charged = attempts if mix.failures_charged else answered
    if failure:
        notes.append(
            f"{attempts.normalize():f} attempts a request on average at {mix.success_rate:%} success"
            + (", each charged" if mix.failures_charged else ", failed ones not charged")
        )
    return RequestCost(once * charged, attempts, answered, tuple(dict.fromkeys(notes)))


def _attempt(prices: Prices, tier: str, mix: RequestMix, notes: list[str]) -> Decimal:
    bands = prices.get(tier)
    if bands is None:
        notes.append(f"no {tier} price: the standard one is counted")
        bands = prices["standard"]
    band = next(b for b in reversed(bands) if mix.prompt_tokens > b.above)
    read = band.cache_read
    if read is None and mix.cached_share:
        notes.append(f"no price for cached tokens{_in(tier)}: they are counted as new ones")
    write = band.cache_write
    if mix.cache_lifetime == "1h" and band.cache_write_1h is not None:
        write = band.cache_write_1h
    elif mix.cache_lifetime == "1h" and write is not None and mix.written_share:
        notes.append(f"no price for writing to the cache for an hour{_in(tier)}: the price for 5 minutes is counted")
    if write is None and mix.written_share:
        notes.append(f"no price for writing to the cache{_in(tier)}: written tokens are counted as plain input")
    new = 1 - mix.cached_share - mix.written_share
    prompt = (
        mix.cached_share * (band.input if read is None else read)
        + mix.written_share * (band.input if write is None else write)
        + new * band.input
    )
    return (prompt * mix.prompt_tokens + band.output * mix.output_tokens) / MILLION


def _in(tier: str) -> str:
    return "" if tier == "standard" else f" in the {tier} tier"
