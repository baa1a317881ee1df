"""The committed data: readable, whole, and not from the future; sources that are late; keys that are set."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from generator.doctor.finding import Finding, fail, ok, warn
from generator.health import source_health
from generator.nightly import uncollected
from generator.places import Places
from generator.precompute.catalogue import planner_catalogue
from generator.registry import Registry, RegistryError, load_registry
from generator.sync.source_registry import SourceError
from generator.sync.state import State, load_state
from generator.tables import TableError
from wasm_tools.pricing.meters import MeterError
from wasm_tools.pricing.offers import OfferError

RESTORE = "restore it from git: `git checkout -- data`"
SYNC = "run `atlas sync`"
SHOWN = 5
UNREADABLE = (RegistryError, SourceError, TableError, MeterError, OfferError, OSError, ValueError, KeyError, TypeError)


def data_findings(places: Places, today: date, environ: Mapping[str, str]) -> Iterator[Finding]:
    """What the data of a checkout are like on a day."""
    try:
        registry = load_registry(places.registry)
    except UNREADABLE as error:
        yield fail("registry", f"cannot be read: {error}", "correct the row that is named, or " + RESTORE)
        return
    yield ok("registry", f"{len(registry.sources)} sources, {len(registry.models)} models, {len(registry.gpus)} GPUs")
    yield from key_findings(registry, environ)
    try:
        with uncollected():
            state = load_state(places.state)
    except UNREADABLE as error:
        yield fail("state", f"cannot be read: {error}", RESTORE)
        return
    if not state.offers:
        yield fail("state", "there are no prices yet", SYNC)
        return
    yield ok("state", f"{len(state.offers):,} prices, {len(state.gpu_offers):,} rentals, {len(state.events):,} changes")
    yield consistency(registry, state)
    yield planner_finding(registry, state, places)
    yield clock_finding(today, state.newest_observation)
    yield sources_finding(registry, state, today)


def consistency(registry: Registry, state: State) -> Finding:
    """Whether every price names a source that was read, and every source that was read is registered."""
    said = (*(o.evidence for o in state.offers), *(g.evidence for g in state.gpu_offers))
    unread = Counter(e.source for evidence in said for e in evidence if e.source not in state.snapshots)
    unknown = sorted(state.snapshots.keys() - registry.source.keys())
    faults = [f"{n:,} prices name {source}, of which no reading is recorded" for source, n in sorted(unread.items())]
    faults += [f"{name} was read and is not in sources.toml" for name in unknown]
    if faults:
        return warn("consistency", "; ".join(faults[:SHOWN]), f"{RESTORE}, or {SYNC}")
    return ok("consistency", f"prices and the {len(state.snapshots)} readings of sources fit")


def planner_finding(registry: Registry, state: State, places: Places) -> Finding:
    """Whether the planner's data can be made from registry and state, which reads every table that it needs."""
    try:
        catalogue = planner_catalogue(registry, state, places.registry, state.newest_observation)
    except UNREADABLE as error:
        return fail("planner data", f"cannot be made: {error}", "correct what is named, or " + RESTORE)
    return ok("planner data", f"{len(catalogue.rates):,} API rates, {len(catalogue.curves):,} measured curves")


def clock_finding(today: date, newest: str) -> Finding:
    """Whether the clock is behind what was already observed: a sync would refuse every newer payload as old."""
    if today.isoformat() < newest:
        said = f"it says {today}, and the newest observation is of {newest}"
        return fail("clock", said, "set the clock of this machine, or give the date with --as-of")
    return ok("clock", f"{today}; newest observation {newest}")


def sources_finding(registry: Registry, state: State, today: date) -> Finding:
    """Which sources are late on this day or were never read."""
    rows = source_health(registry, state, today.isoformat())
    late = [f"{r['source']} ({r['age_days']} days old)" for r in rows if r["state"] == "late"]
    late += [f"{r['source']} (never read)" for r in rows if r["state"] == "never read"]
    if late:
        more = f" and {len(late) - SHOWN} more" if len(late) > SHOWN else ""
        return warn("sources", f"late: {', '.join(late[:SHOWN])}{more}", f"{SYNC}; `atlas health` shows all")
    return ok("sources", f"none of {len(rows)} is late")


def key_findings(registry: Registry, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Which keys of hosts are set, by name; a value is never looked at beyond whether there is one."""
    for source in registry.sources:
        if source.key is not None:
            part = f"key: {source.key.variable}"
            if environ.get(source.key.variable):
                yield ok(part, f"is set for {source.id}")
            else:
                remedy = f"set ${source.key.variable} where the run starts, if you want its prices"
                yield warn(part, f"is not set; {source.id} is not read", remedy)
