"""Hostile input: one absurd number, broken text, odd answer or removed source hurts only what it belongs to."""

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from generator.cited_pages import checked_pages
from generator.overlay import OverlayError, with_overlay
from generator.registry import Registry, load_registry
from generator.sync import payloads, run
from generator.sync.names import slug
from generator.sync.payloads import Failure, Payload, Piece, TransportError, assembled, payload, unpacked
from generator.sync.price_fields import EntryPrices, json_payload
from generator.sync.reconcile import of_known_sources
from generator.sync.rentals import merged_rentals
from generator.sync.run import Outcome, fetched_payloads, merged
from generator.sync.source_registry import AccessKey, Source
from generator.sync.state import State, load_state, save_state
from generator.sync.statements import GpuStatement, Parsed, SkuFacts, Statement
from generator.sync.transport import Live, fetch_first
from tests.generator.test_sync_core import AS_OF, SOURCES, merge, said, snapshot
from wasm_tools.pricing.meters import TEXT_INPUT, plain, price_text, unit_registry
from wasm_tools.pricing.offers import Evidence, GpuOffer

ROOT = Path(__file__).parents[2]
UNITS = unit_registry([{"id": "token", "per": 1_000_000, "label": "1M tokens", "noun": "tokens"}])
SECRET = "sk-very-secret"
BROKEN = {"gpt-\ud83d": "gpt-", "gpt\r4": "gpt 4", "gpt\x004": "gpt 4", "gpt\u20284": "gpt 4"}  # and what is left


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(ROOT / "data" / "registry")


def litellm(*rows: str) -> bytes:
    """A LiteLLM list of one good model and the given rows of JSON text."""
    good = '"gpt-4o": {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 0.0000025}'
    return f"{{{', '.join([good, *rows])}}}".encode("utf-8", "surrogatepass")


def row(name: str, price: str, provider: str = "openai") -> str:
    return f'"{name}": {{"litellm_provider": "{provider}", "mode": "chat", "input_cost_per_token": {price}}}'


def synced(registry: Registry, *rows: str, before: State | None = None) -> tuple[State, Outcome]:
    """The state after a sync of one LiteLLM list."""
    fetched: dict[str, Payload | Failure] = {"litellm": payload(litellm(*rows), "live", AS_OF, "")}
    state, (outcome,) = merged(registry, before or State(), fetched, AS_OF, lambda _: None)
    return state, outcome


@pytest.mark.parametrize(
    ("price", "problem"),
    [
        ("1e400", "implausibly large"), ("1e9999999", "implausibly large"), ("1e23", "implausibly large"),
        ("11", "implausibly large"), ("1e-394", "implausibly small"), ("1e-400", "implausibly small"),
        ("1e-9999999", "implausibly small"), ("9e-16", "implausibly small"), (f"1{'0' * 5000}", "not a finite number"),
        (f"1e{'9' * 30}", "not a finite number"),
    ],
)  # fmt: skip
def test_an_absurd_number_rejects_its_field_alone(price: str, problem: str) -> None:
    (value,) = json_payload("list", f"[{price}]".encode())
    prices = EntryPrices(Parsed(), UNITS, "openai", "gpt-4o", "llm")
    prices.add("input", TEXT_INPUT, value)
    assert not prices.prices
    assert prices.parsed.rejected == {f"input: {problem}": 1}


@pytest.mark.parametrize(("price", "shown"), [("10", "10000000"), ("1e-15", "0.000000001")])
def test_the_dearest_and_the_cheapest_plausible_price_are_read(price: str, shown: str) -> None:
    prices = EntryPrices(Parsed(), UNITS, "openai", "gpt-4o", "llm")
    prices.add("input", TEXT_INPUT, Decimal(price))
    assert [price_text(s.price) for s in prices.prices.values()] == [shown]


@pytest.mark.parametrize("number", ["1e400", "1e40", "1e23", "1e-394", "1e-400"])
def test_absurd_numbers_have_a_plain_form(number: str) -> None:
    assert plain(Decimal(number)) == Decimal(number)


@pytest.mark.parametrize("price", ["1e400", "1e23", "1e-400", f"1{'0' * 5000}"])
def test_an_absurd_number_does_not_cost_the_source(registry: Registry, price: str) -> None:
    state, outcome = synced(registry, row("gpt-4o-mini", price))
    assert (outcome.state, [o.sku for o in state.offers]) == ("fresh", ["gpt-4o"])
    assert [n for reason, n in state.snapshots["litellm"].rejected.items() if reason.startswith("input_cost")] == [1]


def stub(
    monkeypatch: pytest.MonkeyPatch, parsed: Parsed, only: str = "litellm", parse: Callable[..., Parsed] | None = None
) -> None:
    """Let the connector of one source return `parsed`."""
    real = run.connector
    fake = SimpleNamespace(parse=parse or (lambda *_: parsed))
    monkeypatch.setattr(run, "connector", lambda s: fake if s.id == only else real(s))


def offer(sku: str, provider: str = "openai", price: str = "1", **more: str) -> Statement:
    return Statement(provider, sku, "llm", TEXT_INPUT, Decimal(price), **more)


@pytest.mark.parametrize(("name", "tidied"), BROKEN.items())
def test_broken_text_never_reaches_the_state(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, tidied: str
) -> None:
    parsed = Parsed(
        offers=[offer("gpt-4o"), offer(name), offer("m", name), offer("n", note=name)],
        facts=[SkuFacts(provider="openai", sku="gpt-4o", context=1), SkuFacts(provider="openai", sku=name, context=1)],
    )
    parsed.facts.append(SkuFacts(provider="openai", sku="gpt-4", name=name))
    parsed.facts.append(SkuFacts(provider="openai", sku="gpt-4", input_modalities=(name,)))
    parsed.reject("odd", name)
    parsed.expect([name], ())
    stub(monkeypatch, parsed)
    state, _ = synced(registry)
    assert {(o.provider, o.sku) for o in state.offers} == {("openai", "gpt-4o")}
    assert set(state.facts["litellm"]) == {("openai", "gpt-4o"), ("openai", "gpt-4")}
    named = state.facts["litellm"]["openai", "gpt-4"]
    assert [named.name, *named.input_modalities] == [tidied, tidied]
    problem = "text with control characters or broken ones"
    assert state.snapshots["litellm"].rejected == {"odd": 1, problem: 3, f"facts: {problem}": 1}
    assert save_state(state, tmp_path / "state")
    assert not save_state(load_state(tmp_path / "state"), tmp_path / "state")


def test_broken_text_in_a_payload_is_counted(registry: Registry, tmp_path: Path) -> None:
    state, outcome = synced(registry, row(r"gpt-\ud83d", "1e-6"))
    assert (outcome.state, [o.sku for o in state.offers]) == ("fresh", ["gpt-4o"])
    assert save_state(state, tmp_path / "state")


def test_rental_with_broken_text_or_an_absurd_price_is_counted(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = GpuStatement("verda", "h100", "NVIDIA H100 SXM#80", 1, "on_demand", Decimal(2))
    bad = [replace(good, instance="\ud83d"), replace(good, instance="b", price=Decimal("1e400"))]
    stub(monkeypatch, Parsed(gpu_offers=[good, *bad]), "tardellirs")
    fetched: dict[str, Payload | Failure] = {"tardellirs": payload(b"{}", "live", AS_OF, "")}
    state, _ = merged(registry, State(), fetched, AS_OF, lambda _: None)
    assert [g.instance for g in state.gpu_offers] == ["h100"]
    assert set(state.snapshots["tardellirs"].rejected) == {
        "text with control characters or broken ones",
        "implausibly large",
    }


@pytest.mark.parametrize("sku", ["", " ", "vertex_ai/", "eu/", ":batch"])
def test_sku_without_a_name_is_rejected(registry: Registry, monkeypatch: pytest.MonkeyPatch, sku: str) -> None:
    stub(
        monkeypatch,
        Parsed(offers=[offer("gpt-4o"), offer(sku)], facts=[SkuFacts(provider="openai", sku="openai/", context=1)]),
    )
    state, _ = synced(registry)
    assert [o.sku for o in state.offers] == ["gpt-4o"]
    assert state.snapshots["litellm"].rejected == {"SKU without a name": 1, "facts: SKU without a name": 1}
    assert not state.facts["litellm"]


def test_a_connector_that_skips_the_checks_is_checked_all_the_same(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices = ["1", "1e400", "1e-394", "NaN"]
    stub(monkeypatch, Parsed(offers=[offer(f"m{i}", price=price) for i, price in enumerate(prices)]))
    state, _ = synced(registry)
    assert [o.sku for o in state.offers] == ["m0"]
    assert sum(state.snapshots["litellm"].rejected.values()) == 3


def test_names_of_which_nothing_or_too_much_is_left_stay_different(tmp_path: Path) -> None:
    assert slug("百度") != slug("讯飞")
    assert slug("百度").startswith("unnamed-")
    long, longer = slug("p" * 300), slug("p" * 301)
    assert long != longer
    assert len(long) == 80 + 1 + 8
    assert slug("p" * 80) == "p" * 80
    assert slug("\ud83d").startswith("unnamed-")


@pytest.mark.parametrize("where", ["reader", "names", "date"])
def test_failure_of_one_source_leaves_the_others_alone(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def broken(*_: object) -> Parsed:
        raise ZeroDivisionError("odd")

    gpu = GpuStatement("verda", "h100", "NVIDIA H100 SXM#80", 1, "on_demand", Decimal(2))
    parsed = Parsed(gpu_offers=[gpu], as_of="0000" if where == "date" else "")
    stub(monkeypatch, parsed, "tardellirs", broken if where == "reader" else None)
    if where == "names":
        monkeypatch.setattr(run, "rental_offers", lambda source, *_: broken() if source == "tardellirs" else {})
    fetched: dict[str, Payload | Failure] = {
        name: payload(litellm(), "live", AS_OF, "") for name in ("litellm", "tardellirs")
    }
    state, outcomes = merged(registry, State(), fetched, AS_OF, lambda _: None)
    assert {o.source: "failed on it" in o.message for o in outcomes} == {"litellm": False, "tardellirs": True}
    assert [o.sku for o in state.offers] == ["gpt-4o"]


def test_source_that_is_registered_no_more_loses_its_voice(registry: Registry) -> None:
    shots = {name: snapshot(AS_OF) for name in (*SOURCES, "gone")}
    (offer,) = merge([], shots, list=[said("a", "1")])
    both = replace(offer, evidence=(*offer.evidence, Evidence("gone", Decimal(9)), Evidence("crowd", Decimal(1))))
    alone = replace(offer, sku="b", evidence=(Evidence("gone", Decimal(9)),))
    (left,) = merge([both, alone], shots)
    assert {e.source for e in left.evidence} == {"list", "crowd"}
    rental = GpuOffer("verda", "x", "", "H100", 1, "global", "on_demand", Decimal(2), evidence=both.evidence)
    (kept,) = merged_rentals([rental, replace(rental, instance="y", evidence=alone.evidence)], {}, shots, SOURCES)
    assert {e.source for e in kept.evidence} == {"list", "crowd"}
    assert list(of_known_sources([left], SOURCES)) == [left]


def test_a_removed_source_ends_no_price(registry: Registry) -> None:
    before, _ = synced(registry, row("gpt-4o-mini", "1e-6"))
    alone = replace(before.offers[0], sku="sold-elsewhere", evidence=(Evidence("gone", Decimal(9)),))
    before.offers.append(alone)
    before.snapshots["gone"] = snapshot(AS_OF)
    after, _ = synced(registry, row("gpt-4o-mini", "1e-6"), before=before)
    assert {o.sku for o in after.offers} == {"gpt-4o", "gpt-4o-mini"}
    assert not after.events


COLLECTED = Source(
    id="collected", title="", url="https://example.org/", homepage="", licence="", share="facts", attribution="",
    family="", rank=2, cadence_days=1, kind="api", collected=True,
)  # fmt: skip


class Answering:
    """A transport whose addresses all answer the same."""

    def fetch(self, source: Source) -> Payload:
        return assembled(source, "live", lambda _: Piece(b"{}", AS_OF, ""))


@pytest.mark.parametrize("error", [KeyError("data"), ValueError("odd"), RecursionError("deep")])
def test_failure_of_a_collector_is_the_failure_of_its_source(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def collect(*_: object) -> dict[str, str]:
        raise error

    monkeypatch.setattr(payloads, "connector", lambda _: SimpleNamespace(collect=collect))
    failure = fetch_first(COLLECTED, [Answering()])
    assert isinstance(failure, Failure)
    assert f"cannot be collected ({type(error).__name__}" in failure.reason


def test_collected_text_with_a_lone_surrogate_is_a_payload(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(collect=lambda *_: {"a": "\ud83d"})
    monkeypatch.setattr(payloads, "connector", lambda _: fake)
    assert json.loads(Answering().fetch(COLLECTED).body) == {"a": "\ud83d"}


def test_failure_of_a_transport_is_the_failure_of_one_source(registry: Registry) -> None:
    class Breaking(Answering):
        def fetch(self, source: Source) -> Payload:
            if source.id == "litellm":
                return payload(b"{}", "live", AS_OF, "")
            raise ZeroDivisionError(SECRET)

    found = fetched_payloads(registry, [Breaking()], ["litellm", "models-dev", "lambda-cloud"])
    assert isinstance(found["litellm"], Payload)
    assert "ZeroDivisionError" in str(found["models-dev"])
    assert registry.source["lambda-cloud"].key
    assert SECRET not in str(found["lambda-cloud"])


KEYED = COLLECTED.model_copy(
    update={"key": AccessKey(variable="SOME_KEY", header="Authorization", prefix="Bearer "), "collected": False}
)


def live(key: str, answer: Callable[[httpx.Request], httpx.Response]) -> Live:
    client = httpx.Client(transport=httpx.MockTransport(answer))
    return Live(client, AS_OF, environment={"SOME_KEY": key}, sleep=lambda _: None)


@pytest.mark.parametrize("key", [f"{SECRET}\nsecond", f"{SECRET}\u2011x", f"{SECRET}\x7f"])
def test_a_key_that_no_header_can_carry_is_refused_in_words_that_do_not_show_it(key: str) -> None:
    failure = fetch_first(KEYED, [live(key, lambda _: pytest.fail("must not be asked"))])
    assert isinstance(failure, Failure)
    assert "SOME_KEY holds characters that a header cannot carry" in failure.reason
    assert SECRET not in failure.reason


def test_no_error_text_carries_the_key() -> None:
    def echoing(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"bad header {request.headers['Authorization']}")

    failure = fetch_first(KEYED, [live(SECRET, echoing)])
    assert isinstance(failure, Failure)
    assert "broke off" in failure.reason
    assert SECRET not in failure.reason


def test_gzip_that_is_cut_off_or_goes_on_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gzip.compress("\n".join(str(i * 7919 % 100003) for i in range(20000)).encode())
    assert unpacked(whole + b"\0\0") == gzip.decompress(whole)
    with pytest.raises(EOFError, match="cut off"):
        unpacked(whole[: len(whole) // 2])
    with pytest.raises(zlib.error, match="more follows"):
        unpacked(whole + whole)
    of_two = COLLECTED.model_copy(update={"collected": False, "files": ("a.csv",), "url": "https://example.org/{file}"})
    with pytest.raises(TransportError, match=r"a\.csv cannot be unpacked"):
        assembled(of_two, "live", lambda _: Piece(whole[:-20], AS_OF, ""))
    monkeypatch.setattr(payloads, "MAX_BYTES", 1000)
    with pytest.raises(zlib.error, match="larger than"):
        unpacked(whole)


@pytest.mark.parametrize("url", ["http://[bad/x", "http://[::1", "mailto:x"])
def test_cited_text_that_is_no_web_address_is_gone(url: str) -> None:
    (verdict,) = checked_pages([(url, 1)], httpx.Client(), 1)
    assert (verdict.state, verdict.detail) == ("gone", "not a web address")


PRICE = '[[price]]\nprovider = "acme"\nsku = "m"\nmeter = "input.text.token"\nprice = "{}"\n'
RENTAL = '[[rental]]\nprovider = "acme"\ninstance = "r"\ngpu = "h100-sxm"\nprice = "1"\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (PRICE.format("1e40"), "implausibly large"),
        (PRICE.format("1e-40"), "implausibly small"),
        (PRICE.format("1e9999999"), "should be a finite number"),
        (PRICE.format(1) + PRICE.format(2), "price 1 and price 2 are both for acme m input.text.token"),
        (RENTAL + RENTAL, "rental 1 and rental 2 are both for acme r"),
        (PRICE.format(1) + 'currency = "GBP"\n', "currency GBP has no rate"),
    ],
)
def test_overlay_that_cannot_be_used_says_why(registry: Registry, tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "private.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OverlayError, match=problem):
        with_overlay(registry, State(), path, AS_OF)


def test_overlay_in_a_currency_with_a_rate_is_used(registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / "private.toml"
    path.write_text(PRICE.format(1) + 'currency = "EUR"\n', encoding="utf-8")
    _, state = with_overlay(registry, State(), path, AS_OF)
    assert [o.currency for o in state.offers] == ["EUR"]
