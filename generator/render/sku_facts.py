"""What is known of a SKU beside its prices, with who says it: ready strings, and the flags that warn of a price."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.render.formats import age_days, plural, significant
from generator.sync.facts import best_facts
from generator.sync.source_registry import Source
from generator.sync.statements import SkuFacts

LIMIT_UNKNOWN = "limit unknown"
RETIRES_SOON_DAYS = 180  # from here on the end of a SKU is a warning on its row
LIFE_CYCLE = "life-cycle"  # headings of the glossary that chips lead to, by the field behind a chip
MEANINGS = {"max_output": "context-window", "quantization": "quantisation"}
_WORST_RANK = 9


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """The best facts of one SKU, and what each source said, the best rank first."""

    best: SkuFacts
    said: tuple[tuple[str, SkuFacts], ...]

    def source(self, *fields: str) -> str:
        """The id of the source behind the first of these fields that is known; empty while none is."""
        for name in fields:
            value = getattr(self.best, name)
            if value:
                return next((source for source, facts in self.said if getattr(facts, name) == value), "")
        return ""

    @property
    def longer_than_context(self) -> bool:
        """Whether the longest answer would not fit into the context: one of the two figures is wrong."""
        return bool(self.best.context and self.best.max_output and self.best.max_output > self.best.context)

    def retired(self, as_of: str) -> bool:
        """Whether the provider has switched the SKU off."""
        return bool(self.best.retires_on) and self.best.retires_on <= as_of

    def deprecated(self, as_of: str) -> bool:
        """Whether the provider tells people to leave."""
        begun = bool(self.best.deprecated_on) and self.best.deprecated_on <= as_of
        return self.best.status == "deprecated" or begun

    @property
    def dead(self) -> bool:
        """Whether the endpoint no longer answers."""
        return self.best.status == "dead"


def known_facts(
    by_source: Mapping[str, Mapping[tuple[str, str], SkuFacts]], sources: Mapping[str, Source]
) -> dict[tuple[str, str], KnownFacts]:
    """The facts of every SKU that any source describes, by provider and SKU."""
    rows: dict[tuple[str, str], list[tuple[str, SkuFacts]]] = {}
    for source, by_sku in by_source.items():
        for key, facts in by_sku.items():
            rows.setdefault(key, []).append((source, facts))

    def order(row: tuple[str, SkuFacts]) -> tuple[int, str]:
        return (sources[row[0]].rank if row[0] in sources else _WORST_RANK, row[0])

    return {key: KnownFacts(best_facts(said, sources), tuple(sorted(said, key=order))) for key, said in rows.items()}


def flags(known: KnownFacts | None, as_of: str, sources: Mapping[str, Source]) -> list[dict[str, str]]:
    """The chips of a row: what warns of a price first, then what it is for. Each says who states it.

    `about` is the heading of the glossary that explains the chip.
    """
    return list(_flags(known, as_of, sources)) if known else []


def _flags(known: KnownFacts, as_of: str, sources: Mapping[str, Source]) -> Iterator[dict[str, str]]:
    best = known.best

    def chip(word: str, kind: str, title: str, *fields: str) -> dict[str, str]:
        by = said_by(known.source(*fields), sources)
        return {"word": word, "kind": kind, "title": f"{title}{by}", "about": MEANINGS.get(fields[0], LIFE_CYCLE)}

    if known.retired(as_of):
        yield chip("retired", "gone", f"retired on {best.retires_on}", "retires_on")
    elif best.retires_on and age_days(as_of, best.retires_on) <= RETIRES_SOON_DAYS:
        yield chip(f"retires {best.retires_on}", "warns", "the provider switches it off on that day", "retires_on")
    if known.dead:
        yield chip("does not answer", "gone", "the endpoint no longer answers", "status")
    if known.deprecated(as_of) and not known.retired(as_of):
        since = f" since {best.deprecated_on}" if best.deprecated_on else ""
        yield chip("deprecated", "warns", f"deprecated{since}", "status", "deprecated_on")
    if known.longer_than_context:
        title = f"the longest answer, {best.max_output:,} tokens, exceeds the context of {best.context:,}"
        yield chip("answer > context", "warns", title, "max_output")
    if best.status == "beta":
        yield chip("beta", "plain", "in public test", "status")
    if best.quantization:
        yield chip(best.quantization, "plain", f"weights served as {best.quantization}", "quantization")


def said_by(source: str, sources: Mapping[str, Source]) -> str:
    """The name of a source behind a fact, in parentheses with a space before; empty where nobody is known."""
    return f" ({sources[source].title})" if source in sources else ""


def fact_lines(known: KnownFacts | None, as_of: str, sources: Mapping[str, Source]) -> list[dict[str, str]]:
    """What is known of a SKU as a label and a sentence each. Rate limits are always there, known or not."""
    return [{"label": label, "text": text} for label, text in _lines(known, as_of, sources) if text]


def _lines(known: KnownFacts | None, as_of: str, sources: Mapping[str, Source]) -> Iterator[tuple[str, str]]:
    if known is None:
        yield "Rate", LIMIT_UNKNOWN
        return
    best = known.best

    def by(*fields: str) -> str:
        return said_by(known.source(*fields), sources)

    yield "Context", lengths(known, sources)
    yield "Rate", rate_limits(best) + by("requests_per_minute", "tokens_per_minute", "requests_per_day")
    yield "Observed", observation(best) and observation(best) + by("tokens_per_second", "ttft_ms", "uptime")
    yield "Life cycle", life_cycle(known, as_of, sources)
    yield "Weights", best.quantization and f"served as {best.quantization}" + by("quantization")
    yield "Stands for", best.alias_of and f"{best.alias_of} today" + by("alias_of")


def lengths(known: KnownFacts, sources: Mapping[str, Source]) -> str:
    """Context and longest answer in exact tokens; one source is named once."""
    context, answer = known.best.context, known.best.max_output
    if not context:
        return f"longest answer {answer:,} tokens{said_by(known.source('max_output'), sources)}" if answer else ""
    by_context = said_by(known.source("context"), sources)
    if not answer:
        return f"{context:,} tokens{by_context}"
    by_answer = said_by(known.source("max_output"), sources)
    first = "" if by_context == by_answer else by_context
    return f"{context:,} tokens{first}, longest answer {answer:,}{by_answer}"


def rate_limits(facts: SkuFacts) -> str:
    """The limits of a new paying account, or that nobody states any."""
    stated = (
        (facts.requests_per_minute, "requests a minute"),
        (facts.tokens_per_minute, "tokens a minute"),
        (facts.requests_per_day, "requests a day"),
    )
    return ", ".join(f"{value:,} {unit}" for value, unit in stated if value) or LIMIT_UNKNOWN


def observation(facts: SkuFacts) -> str:
    """Speed and uptime as a source saw them, with the number of requests behind; empty where nobody looked."""
    speed = []
    if facts.tokens_per_second:
        speed.append(
            f"{significant(facts.tokens_per_second)} {'token' if facts.tokens_per_second == 1 else 'tokens'}/s"
        )
    if facts.ttft_ms:
        speed.append(f"TTFT {significant(facts.ttft_ms)} ms")
    seen = [" and ".join(speed) + " at the median"] if speed else []
    if facts.uptime is not None:
        seen.append(f"uptime {significant(facts.uptime * 100, 4)} %")
    if not seen:
        return ""
    n = facts.observed_requests
    return ", ".join([*seen, plural(n, "request") if n else "number of requests unknown"])


def life_cycle(known: KnownFacts, as_of: str, sources: Mapping[str, Source]) -> str:
    """Status and dates with who states each; empty where nothing is known."""
    best, verb = known.best, "retired" if known.retired(as_of) else "retires"
    stated = (
        ("beta" if best.status == "beta" else "", "status"),
        ("no longer answers" if best.status == "dead" else "", "status"),
        (f"deprecated on {best.deprecated_on}" if best.deprecated_on else "", "deprecated_on"),
        ("deprecated" if best.status == "deprecated" and not best.deprecated_on else "", "status"),
        (f"{verb} on {best.retires_on}" if best.retires_on else "", "retires_on"),
    )
    return ", ".join(text + said_by(known.source(field), sources) for text, field in stated if text)


def span(values: Iterable[int | float | None], unit: str) -> str:
    """The lowest and highest of the known values as a range with its unit; empty when none is known."""
    known = sorted(v for v in values if v)
    if not known:
        return ""
    low, high = (significant(v, 7) for v in (known[0], known[-1]))
    return f"{low} {unit}" if low == high else f"{low}–{high} {unit}"


def cited_pages(known: KnownFacts | None) -> dict[str, str]:
    """The price page that each source cites for a SKU, by source; other schemes than http are left out."""
    said: tuple[tuple[str, Any], ...] = known.said if known else ()
    return {s: f.source_url for s, f in said if is_page(f.source_url)}


def is_page(address: str) -> bool:
    """Whether an address that a source cites may become a link."""
    return address.startswith(("https://", "http://"))
