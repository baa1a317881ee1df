"""The sync stage: fetch every source, parse, check, reconcile, and hand back the new state."""

import hashlib
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from generator.registry import Registry
from generator.sync.evidence import merged_evidence, our_observations, respelled_observations, storable_scores
from generator.sync.facts import merged_facts, sku_facts
from generator.sync.names import named, printable, sku_problem, text_problem
from generator.sync.payloads import Failure, Payload, Transport
from generator.sync.price_fields import implausible
from generator.sync.reconcile import incoming, price_events, reconciled
from generator.sync.rentals import Key as RentalKey
from generator.sync.rentals import merged_rentals, rental_events, rental_offers
from generator.sync.shifts import last_prices, shift
from generator.sync.source_registry import Source, connector
from generator.sync.spellings import one_spelling, respelled, respelled_facts, respelled_offers
from generator.sync.state import PriceEvent, Snapshot, State
from generator.sync.statements import GpuStatement, Parsed, PayloadError, SkuFacts, Statement
from generator.sync.suspects import plausible_rentals, without_suspects
from generator.sync.transport import fetch_first
from generator.sync.weekdays import with_weekdays
from wasm_tools.models.quality import QualityScore
from wasm_tools.performance.observations import ApiObservation
from wasm_tools.performance.points import BenchmarkPoint
from wasm_tools.pricing.offers import GpuOffer, Offer

COLLAPSE_SHARE = 0.7  # a payload with fewer statements than this share of the last one is suspect
COLLAPSE_PROVIDER = 20  # … and so is one that lacks a whole provider with more offers than this …
SHRUNK_DAYS = 90  # … a list that stays that small, or that far from its old prices, for so long has changed
COLLAPSE_DAYS = 7  # … unless the last good payload is older than this
IMPLAUSIBLE_USD = 1000  # per 1M text tokens: ten times the dearest model there has been
BATCH_SUFFIX = ":batch"
SYSTEM_NAME = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one source in a sync, in words."""

    source: str
    state: str  # fresh, unchanged, kept; not read: it has never been, and nobody expects it to be here
    transport: str
    observed_at: str
    statements: int
    rejected: int
    message: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A parsed payload that passed the checks of its source, and what it says under our names."""

    source: Source
    payload: Payload
    parsed: Parsed
    points: tuple[BenchmarkPoint, ...] = ()
    sold: Sequence[Statement] = ()
    rentals: dict[RentalKey, GpuOffer] = field(default_factory=dict)
    facts: Mapping[tuple[str, str], SkuFacts] = field(default_factory=dict)
    scores: Sequence[QualityScore] = ()
    observations: Sequence[ApiObservation] = ()


def fetched_payloads(
    registry: Registry,
    transports: Sequence[Transport],
    only: Iterable[str] = (),
    told: Callable[[str, float, str, int], None] = lambda *_: None,
) -> dict[str, Payload | Failure]:
    """The payload of every source, or why there is none; several sources at a time.

    `told` hears from each how many seconds it took, by which transport, and the bytes (0: none came).
    """
    wanted = [s for s in registry.sources if not only or s.id in only]

    def timed(source: Source) -> Payload | Failure:
        began = time.perf_counter()
        result = _fetched(source, transports)
        by, size = ("none", 0) if isinstance(result, Failure) else (result.transport, len(result.body))
        told(source.id, time.perf_counter() - began, by, size)
        return result

    with ThreadPoolExecutor(max_workers=4) as pool:
        return dict(zip((s.id for s in wanted), pool.map(timed, wanted), strict=True))


def _fetched(source: Source, transports: Sequence[Transport]) -> Payload | Failure:
    try:
        return fetch_first(source, transports)
    except Exception as error:  # one odd answer must not take the other sources with it
        what = type(error).__name__ if source.key else f"{type(error).__name__}: {error}"  # no text may carry a key
        return Failure(source.id, (f"{source.id}: the transport failed ({what})",))


def synced(
    registry: Registry,
    before: State,
    transports: Sequence[Transport],
    as_of: str,
    report: Callable[[Outcome], None],
    only: Iterable[str] = (),
) -> tuple[State, list[Outcome]]:
    """The state after a sync, and the outcome of each source. A source that fails changes nothing."""
    return merged(registry, before, fetched_payloads(registry, transports, only), as_of, report)


def merged(
    registry: Registry,
    before: State,
    fetched: Mapping[str, Payload | Failure],
    as_of: str,
    report: Callable[[Outcome], None],
) -> tuple[State, list[Outcome]]:
    """The state after reading the fetched payloads, and the outcome of each source."""
    outcomes: list[Outcome] = []
    accepted: list[Accepted] = []
    for source in (s for s in registry.sources if s.id in fetched):
        result = _checked(registry, source, fetched[source.id], before)
        if isinstance(result, Accepted):
            accepted.append(result)
            result = _outcome(result, before)
        outcomes.append(result)
        report(result)
    return _next_state(registry, before, accepted, as_of), outcomes


def unchanged(before: State, fetched: Mapping[str, Payload | Failure], registry: Registry) -> list[Outcome]:
    """The outcomes of a sync that read exactly what the last one read."""
    outcomes = []
    for source in (s for s in registry.sources if s.id in fetched):
        payload, last = fetched[source.id], before.snapshots.get(source.id)
        if isinstance(payload, Failure):
            outcomes.append(_kept(source, last, f"not reached: {payload.reason}"))
        elif last is None or last.sha256 != payload.sha256:
            outcomes.append(_kept(source, last, "refused, as in the last sync"))
        else:
            left_out = sum(last.rejected.values())
            outcomes.append(
                Outcome(source.id, "unchanged", payload.transport, last.observed_at, last.statements, left_out, "")
            )
    return outcomes


def _checked(registry: Registry, source: Source, fetched: Payload | Failure, before: State) -> Accepted | Outcome:
    last = before.snapshots.get(source.id)
    if isinstance(fetched, Failure):
        return _kept(source, last, f"not reached: {'; '.join(fetched.reasons)}")
    if last and fetched.observed_at < last.observed_at:
        return _kept(source, last, f"the payload of {fetched.observed_at} is older than what is here")
    try:
        result = _under_our_names(_parsed(registry, source, fetched), registry)
        collapse = _collapse(registry, source, result, before)
    except PayloadError as error:
        return _kept(source, last, f"refused: {error}")
    except Exception as error:  # one odd payload must not take the other sources with it
        return _kept(source, last, f"refused: the reader of {source.id} failed on it ({type(error).__name__}: {error})")
    return _kept(source, last, f"suspect: {collapse}; the last good payload stays") if collapse else result


def _parsed(registry: Registry, source: Source, payload: Payload) -> Accepted:
    module = connector(source)
    if source.kind == "benchmark":
        points, rejected = module.points(payload.body)
        parsed = Parsed(entries=len(points) + sum(rejected.values()), rejected=Counter(rejected))
        usable = tuple(p for p in points if SYSTEM_NAME.fullmatch(p.gpu))  # the name becomes a file name
        if len(usable) < len(points):
            parsed.rejected["system name with odd characters"] += len(points) - len(usable)
        return Accepted(source, payload, parsed, usable)
    return Accepted(source, payload, module.parse(payload.body, registry.units))


def _under_our_names(a: Accepted, registry: Registry) -> Accepted:
    """The payload with what cannot be stored counted and left out, and the rest under our names."""
    parsed = a.parsed
    date.fromisoformat(_observed(a))
    parsed.gpu_offers = list(_rentable(parsed))
    sold = tuple(_sold(parsed, registry))
    rentals = rental_offers(a.source.id, parsed, registry)
    facts = sku_facts(parsed, registry)
    scores, observations = storable_scores(parsed), our_observations(parsed, registry)
    parsed.rejected, parsed.unread = (
        Counter({printable(k): n for k, n in c.items()}) for c in (parsed.rejected, parsed.unread)
    )
    parsed.examples = {printable(k): printable(example) for k, example in parsed.examples.items()}
    return replace(a, sold=sold, rentals=rentals, facts=facts, scores=scores, observations=observations)


def _rentable(parsed: Parsed) -> Iterable[GpuStatement]:
    for g in parsed.gpu_offers:
        texts = (g.provider, g.instance, g.gpu_name, g.region, g.note, g.source_url, g.currency)
        problem = text_problem(*texts) or implausible(g.price)
        if problem:
            parsed.reject(problem, f"{g.provider} {g.instance}")
        else:
            yield g


def _collapse(registry: Registry, source: Source, new: Accepted, before: State) -> str:
    """Why this payload looks broken next to the last one, or nothing."""
    last = before.snapshots.get(source.id)
    count = _statements(new)
    if count == 0:
        return f"the payload holds no usable {'score' if source.kind == 'quality' else 'price'}"
    if last is None or last.sha256 == new.payload.sha256:
        return ""
    days = (date.fromisoformat(_observed(new)) - date.fromisoformat(last.observed_at)).days
    if count < COLLAPSE_SHARE * last.statements and days < SHRUNK_DAYS:
        return f"only {count:,} statements after {last.statements:,}"
    offers: Sequence[Offer | GpuOffer] = (*before.offers, *before.gpu_offers)
    if days < SHRUNK_DAYS and (moved := shift(last_prices(source.id, offers), _prices(new))):
        return moved
    if days >= COLLAPSE_DAYS:  # what stays away for a week is a fact; a price still ends on its second absence only
        return ""
    known = Counter(o.provider for o in offers if any(e.source == source.id and not e.absent_since for e in o.evidence))
    present = {named(s, registry).provider for s in new.parsed.offers} if known else set()
    present |= {
        o.provider for o in rental_offers(source.id, Parsed(gpu_offers=new.parsed.gpu_offers), registry).values()
    }
    gone = sorted(p for p, n in known.items() if n > COLLAPSE_PROVIDER and p not in present)
    return f"no offers of {', '.join(gone)} any more" if gone else ""


def _prices(a: Accepted) -> Iterator[tuple[tuple[object, ...], Decimal]]:
    yield from (((s.provider, s.sku, s.meter, s.region, s.currency), s.price) for s in a.sold)
    yield from ((o.key, o.price) for o in a.rentals.values())


def _statements(a: Accepted) -> int:
    return len(a.parsed.offers) + len(a.parsed.gpu_offers) + len(a.points) + len(a.scores)


def _kept(source: Source, last: Snapshot | None, message: str) -> Outcome:
    if last is None:
        state = "kept" if source.sampled else "not read"
        return Outcome(source.id, state, "none", "", 0, 0, message)
    return Outcome(source.id, "kept", "last good", last.observed_at, last.statements, 0, message)


def _outcome(a: Accepted, before: State) -> Outcome:
    last = before.snapshots.get(a.source.id)
    state = "unchanged" if last and last.sha256 == a.payload.sha256 else "fresh"
    rejected = sum(a.parsed.rejected.values())
    return Outcome(a.source.id, state, a.payload.transport, a.payload.observed_at, _statements(a), rejected, "")


def _next_state(registry: Registry, before: State, accepted: Sequence[Accepted], as_of: str) -> State:
    snapshots = before.snapshots | {a.source.id: _snapshot(a) for a in accepted}
    priced = [a for a in accepted if a.source.kind == "api"]
    stated = {a.source.id: a.sold for a in priced}
    said_before = {e.source for o in before.offers for e in o.evidence}
    spelling = one_spelling(stated, before.offers, registry, keep_names=not said_before <= stated.keys())
    previous = respelled_offers(before.offers, spelling)
    api = [
        incoming(a.source.id, respelled(stated[a.source.id], spelling), as_of, a.parsed, a.payload.observed_at)
        for a in priced
    ]
    api = with_weekdays(api, previous)
    rentals = {a.source.id: a.rentals for a in accepted if a.source.kind == "gpu"}
    developers = {p.id for p in registry.providers if p.kind == "first_party"}
    api, held = without_suspects(api, previous, registry.source, snapshots, registry.plain_model_of, developers)
    stated_rentals = rentals
    rentals, odd_rentals = plausible_rentals(rentals, before.gpu_offers, registry.gpu_of)
    held_rentals = {source: stated_rentals[source].keys() - kept.keys() for source, kept in rentals.items()}
    offers = reconciled(previous, api, snapshots, registry.source, as_of, registry.acknowledged)
    gpu_offers = merged_rentals(before.gpu_offers, rentals, snapshots, registry.source, held_rentals)
    known = before.snapshots.keys() & registry.source.keys()  # what a source said that is read no more did not end
    events = price_events(previous, offers, snapshots, known)
    events += rental_events(before.gpu_offers, gpu_offers, snapshots, known)
    read = {a.source.id for a in accepted}
    return State(
        # once more: what was merged or held back is counted by now
        snapshots=before.snapshots | {a.source.id: _snapshot(a) for a in accepted},
        offers=offers,
        gpu_offers=gpu_offers,
        events=_appended(before, events),
        points=next((list(a.points) for a in accepted if a.source.kind == "benchmark"), before.points),
        facts=merged_facts(before.facts, {a.source.id: respelled_facts(a.facts, spelling) for a in accepted}),
        quarantine=[q for q in before.quarantine if q.source not in read] + held + odd_rentals,
        quality=merged_evidence(before.quality, {a.source.id: a.scores for a in accepted}),
        observations=merged_evidence(
            before.observations, {a.source.id: respelled_observations(a.observations, spelling) for a in accepted}
        ),
        model_texts=before.model_texts,
    )


def _sold(parsed: Parsed, registry: Registry) -> Iterable[Statement]:
    """The statements under our names, without those that cannot be stored or that a reviewer found to be no offer."""
    wrong = {(row.provider, row.sku) for row in registry.not_sold}
    plainest_first = sorted(parsed.offers, key=lambda s: (len(s.sku), s.sku))
    for s in plainest_first:
        statement = _batch_of(named(s, registry))
        meter = statement.meter
        texts = (s.provider, statement.sku, s.region, s.note, s.field, s.source_url, s.currency)
        problem = text_problem(*texts) or sku_problem(statement.sku) or implausible(s.price)
        if problem:
            parsed.reject(problem, f"{s.provider} {s.sku}")
        elif meter.unit == "token" and meter.modality == "text" and statement.price > IMPLAUSIBLE_USD:
            parsed.reject("implausible: above $1,000 per 1M text tokens", f"{statement.provider} {statement.sku}")
        elif (statement.provider, statement.sku) in wrong:
            parsed.reject("reviewed: not sold by this provider", f"{statement.provider} {statement.sku}")
        else:
            yield statement


def _batch_of(statement: Statement) -> Statement:
    """`model:batch` is no model but the batch tier of `model`, whichever source spells it so."""
    meter = statement.meter
    if not statement.sku.endswith(BATCH_SUFFIX) or meter.tier not in ("standard", "batch"):
        return statement
    return replace(statement, sku=statement.sku.removesuffix(BATCH_SUFFIX), meter=replace(meter, tier="batch"))


def _appended(before: State, events: list[PriceEvent]) -> list[PriceEvent]:
    known = set(before.events)
    return before.events + [e for e in events if e not in known]


def _observed(a: Accepted) -> str:
    """When the prices were current: a list that says when it was collected is not younger for being fetched today."""
    collected = a.parsed.as_of if a.source.kind == "gpu" else ""
    return min(a.payload.observed_at, collected or a.payload.observed_at)


def _snapshot(a: Accepted) -> Snapshot:
    return Snapshot(
        transport=a.payload.transport,
        sha256=a.payload.sha256 or hashlib.sha256(a.payload.body).hexdigest(),
        bytes=len(a.payload.body),
        version=a.payload.version,
        observed_at=_observed(a),
        entries=a.parsed.entries,
        statements=_statements(a),
        rejected=dict(sorted(a.parsed.rejected.items())),
        examples=dict(sorted(a.parsed.examples.items())),
        unread=dict(sorted(a.parsed.unread.items())),
    )


def unresolved_names(state: State, registry: Registry) -> Mapping[str, Counter[str]]:
    """Names that nobody has registered, with how many offers carry them: providers, models, GPUs."""
    providers: Counter[str] = Counter()
    models: Counter[str] = Counter()
    gpus: Counter[str] = Counter()
    for o in state.offers:
        if o.provider not in registry.provider:
            providers[o.provider] += 1
        if not registry.model_of(o.provider, o.sku):
            models[o.sku] += 1
    for g in state.gpu_offers:
        if not registry.gpu_of(g.gpu_name):
            gpus[g.gpu_name] += 1
    return {"providers": providers, "models": models, "gpus": gpus}
