"""Whether a turn asks the catalogue, and for what."""

from wasm_tools.ask.book import AskBook
from wasm_tools.ask.mentions import Mention
from wasm_tools.ask.merging import LOADS
from wasm_tools.ask.reading import Reading
from wasm_tools.ask.specification import Query, Specification
from wasm_tools.ask.tasks import USE_CASE, scores
from wasm_tools.ask.text import Text
from wasm_tools.planner.question import KINDS

_PRICED = 100_000  # tokens: no prompt that is asked about by the way


def query_of(reading: Reading, spec: Specification, book: AskBook) -> Query | None:
    """The question to the catalogue that a turn asks, if it asks one and states no load of its own."""
    text = reading.text
    loads = {*LOADS, "usage", "inventory", "output_tokens", "budget"}
    best = reading.tasks[0] if reading.tasks else None
    own = scores(reading.tags, reading.denied, book)
    case = bool(own) and book.tasks[own[0].task].kind == "use_case" and own[0].score >= USE_CASE
    workload = own[0].task if own and book.tasks[own[0].task].kind == "workload" else ""
    named = [x for x in (*text.names, *reading.unknown) if x.kind != "provider"]
    named = named or [x for n, x in enumerate(text.names) if reading.cues and text.place_of(n) not in text.negated]
    if (
        text.found("plan")
        or any(_loads(m, loads) for m in reading.mentions)
        or case
        or not (named or (workload and reading.cues))
    ):
        return None
    if not reading.cues and (spec.fields or best is not None or len(text.texts) > 8 or _limits(reading)):
        return None
    only_cheap = all(text.given[a:b].lower() in ("cheapest", "price", "offers") for a, b in reading.cues)
    if spec.fields and reading.cues and only_cheap and not any(w == "?" for w in text.texts):
        return None
    models, _ = _ids(text, "model")
    gpus, _ = _ids(text, "gpu")
    providers, without = _ids(text, "provider")
    meters, tiers = text.meanings("meters"), text.meanings("tiers")
    if {"input", "output"} <= meters:
        meters = meters - {"input", "output"}  # both are in every row
    meter = next((m for m in ("cache_read", "cache_write", "output", "input") if m in meters), "")
    areas = [m for m in reading.mentions if m.field == "area"]
    kinds = [m for m in reading.mentions if m.field == "kinds"]
    gone = {k for m in kinds if m.left_out for k in m.value}
    wanted = {k for m in kinds if not m.left_out for k in m.value} or (set(KINDS) if gone else set())
    unknown = list(reading.unknown)
    kind = "model" if models or any(u.kind == "model" for u in unknown) else "gpu" if gpus or unknown else ""
    kind = kind or ("workload" if workload else "provider")
    tier = next(iter(sorted(tiers)), "standard")
    return Query(
        kind, models, gpus, providers, without, workload, meter, tier,
        tuple(m.value for m in areas if not m.left_out), tuple(m.value for m in areas if m.left_out),
        tuple(k for k in KINDS if k in wanted - gone),
    )  # fmt: skip


def _ids(text: Text, kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of the names of a kind that are asked for, and of those that a negation turns around."""
    wanted, left = dict[str, None](), dict[str, None]()
    for n, named in enumerate(text.names):
        if named.kind == kind:
            (left if text.place_of(n) in text.negated else wanted).update(dict.fromkeys(named.ids))
    return tuple(i for i in wanted if i not in left), tuple(left)


def _loads(m: Mention, loads: set[str]) -> bool:
    """Whether a mention states a load; "1 million tokens" is the amount that a price is asked for."""
    return m.field in loads or (m.field == "prompt_tokens" and m.value < _PRICED)


def _limits(reading: Reading) -> bool:
    """Whether a turn without a question limits something: "only H100"."""
    return any(m.field not in ("models", "gpus", "providers") for m in reading.mentions)
