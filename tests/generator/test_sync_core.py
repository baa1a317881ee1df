"""Reconciliation and state: evidence is merged, absences need two sightings, nothing is half-written."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from generator.registry import Registry, load_registry
from generator.sync.names import named, slug, without_prefixes
from generator.sync.reconcile import chosen_evidence, incoming, price_events, reconciled
from generator.sync.source_registry import Source
from generator.sync.state import PriceEvent, Snapshot, State, load_state, save_state, state_files
from generator.sync.statements import Parsed, Statement
from generator.sync.weekdays import with_weekdays
from generator.tables import TableError
from wasm_tools.pricing.meters import TEXT_INPUT, TEXT_OUTPUT, Meter
from wasm_tools.pricing.offers import Evidence, Offer

AS_OF = "2026-11-20"


def source(name: str, rank: int = 2) -> Source:
    return Source(
        id=name, title=name, url=f"https://example.org/{name}", homepage="https://example.org", licence="MIT",
        share="yes",
        attribution=name, family=name, rank=rank, cadence_days=1, kind="api",
    )  # fmt: skip


def snapshot(observed: str, statements: int = 1) -> Snapshot:
    return Snapshot("mirror", "0" * 64, 1, "v", observed, 1, statements, {}, {})


SOURCES = {name: source(name, rank) for name, rank in (("vendor", 0), ("list", 1), ("crowd", 2), ("other", 2))}


def said(sku: str, price: str, meter: Meter = TEXT_INPUT, **dates: str) -> Statement:
    return Statement("openai", sku, "llm", meter, Decimal(price), **dates)


def merge(previous: list[Offer], snapshots: dict[str, Snapshot], **by_source: list[Statement]) -> list[Offer]:
    news = [incoming(name, statements, AS_OF, Parsed()) for name, statements in by_source.items()]
    return reconciled(previous, news, snapshots, SOURCES, AS_OF)


def test_sources_that_agree_become_one_offer_with_both_as_evidence() -> None:
    shots = {"list": snapshot("2026-11-01"), "crowd": snapshot("2026-11-10")}
    (offer,) = merge([], shots, list=[said("gpt-5", "1.25")], crowd=[said("gpt-5", "1.25")])
    assert offer.price == Decimal("1.25")
    assert {e.source for e in offer.evidence} == {"list", "crowd"}


def test_higher_rank_wins_and_the_other_value_stays_visible() -> None:
    shots = {"vendor": snapshot("2026-11-01"), "crowd": snapshot("2026-11-10")}
    (offer,) = merge([], shots, vendor=[said("gpt-5", "1.25")], crowd=[said("gpt-5", "9")])
    assert offer.price == Decimal("1.25")
    assert Evidence("crowd", Decimal(9)) in offer.evidence


def test_stale_evidence_loses_to_newer_of_the_next_rank() -> None:
    said_by = [Evidence("list", Decimal("0.14")), Evidence("crowd", Decimal("0.15"))]
    fresh = {"list": snapshot("2026-10-20"), "crowd": snapshot("2026-11-11")}
    stale = {"list": snapshot("2026-08-21"), "crowd": snapshot("2026-11-11")}
    assert chosen_evidence(said_by, fresh, SOURCES).source == "list"
    assert chosen_evidence(said_by, stale, SOURCES).source == "crowd"


def test_a_night_without_some_lists_does_not_publish_what_a_single_other_one_says() -> None:
    peers = {"copy": SOURCES["crowd"], "crowd": SOURCES["crowd"], "other": SOURCES["crowd"]}
    agreed = [Evidence("copy", Decimal("0.5")), Evidence("crowd", Decimal("0.5"))]
    apart = Evidence("other", Decimal(8))
    tonight = {"copy": snapshot("2026-11-10"), "crowd": snapshot("2026-11-10"), "other": snapshot("2026-11-11")}
    assert chosen_evidence([*agreed, apart], tonight, peers).price == 8  # nothing was published yet
    assert chosen_evidence([*agreed, apart], tonight, peers, {"copy", "crowd"}).price == Decimal("0.5")
    later = tonight | {"other": snapshot("2026-11-18")}
    assert chosen_evidence([*agreed, apart], later, peers, {"copy", "crowd"}).price == 8
    moved = [Evidence("copy", Decimal("0.6")), agreed[1], apart]
    assert chosen_evidence(moved, tonight, peers, {"copy", "crowd"}).price == Decimal("0.6")
    best = peers | {"other": SOURCES["list"]}
    assert chosen_evidence([*agreed, apart], tonight, best, {"copy", "crowd"}).price == 8


def test_what_stood_by_the_published_price_keeps_it_in_a_sync() -> None:
    shots = {"crowd": snapshot("2026-11-10"), "other": snapshot("2026-11-10")}
    before = merge([], shots, crowd=[said("gpt-5", "1.25")], other=[said("gpt-5", "9")])
    assert [o.price for o in before] == [Decimal("1.25")]
    (after,) = merge(before, shots | {"other": snapshot("2026-11-11")}, other=[said("gpt-5", "9")])
    assert after.price == Decimal("1.25")


@pytest.mark.parametrize(
    ("listed", "crowd", "published"),
    [("9", "0.8", "0.8"), ("9.5", "0.8", "0.8"), ("5", "0.8", "5"), ("9.5", "0.9", "9.5")],
)
def test_a_price_that_a_reviewer_overruled_does_not_come_back_as_a_leap(listed, crowd, published) -> None:
    shots = {"list": snapshot("2026-11-10"), "crowd": snapshot("2026-11-10")}
    found = {"list": [said("gpt-5", "9")], "crowd": [said("gpt-5", "0.8")]}
    (row,) = merge([], shots, **found)
    assert row.price == 9
    reviewed = replace(row, price=Decimal("0.8"))
    (after,) = merge([reviewed], shots, list=[said("gpt-5", listed)], crowd=[said("gpt-5", crowd)])
    assert after.price == Decimal(published)


def test_a_new_source_of_the_best_rank_may_correct_a_price_at_once() -> None:
    shots = {"list": snapshot("2026-11-10"), "crowd": snapshot("2026-11-10")}
    before = merge([], shots, crowd=[said("gpt-5", "0.5")])
    (after,) = merge(before, shots, list=[said("gpt-5", "9")])
    assert after.price == 9


def test_meters_are_never_mixed() -> None:
    offers = merge([], {"list": snapshot(AS_OF)}, list=[said("m", "1"), said("m", "4", TEXT_OUTPUT)])
    assert {(o.meter, o.price) for o in offers} == {(TEXT_INPUT, Decimal(1)), (TEXT_OUTPUT, Decimal(4))}


def test_row_that_disappears_once_is_kept_and_twice_is_ended() -> None:
    first = merge([], {"list": snapshot("2026-11-01")}, list=[said("a", "1"), said("b", "2")])
    second = merge(first, {"list": snapshot("2026-11-10")}, list=[said("a", "1")])
    assert {(o.sku, next(e.absent_since for e in o.evidence)) for o in second} == {("a", ""), ("b", "2026-11-10")}
    same_day = merge(second, {"list": snapshot("2026-11-10")}, list=[said("a", "1")])
    assert same_day == second
    third = merge(second, {"list": snapshot("2026-11-15")}, list=[said("a", "1")])
    assert {o.sku for o in third} == {"a"}
    (event,) = price_events(second, third, {"list": snapshot("2026-11-15")}, {"list"})
    assert (event.kind, event.sku, event.old) == ("ended", "b", "2")


def test_row_that_comes_back_loses_its_mark() -> None:
    first = merge([], {"list": snapshot("2026-11-01")}, list=[said("a", "1"), said("b", "2")])
    second = merge(first, {"list": snapshot("2026-11-10")}, list=[said("a", "1")])
    third = merge(second, {"list": snapshot("2026-11-15")}, list=[said("a", "1"), said("b", "2")])
    assert all(not e.absent_since for o in third for e in o.evidence)


def test_outage_of_one_source_changes_nothing() -> None:
    shots = {"list": snapshot("2026-11-01"), "crowd": snapshot("2026-11-10")}
    both = merge([], shots, list=[said("a", "1")], crowd=[said("a", "3"), said("c", "5")])
    assert sorted(merge(both, shots, list=[said("a", "1")]), key=lambda o: o.sku) == sorted(both, key=lambda o: o.sku)


def test_announced_price_stands_beside_the_current_one() -> None:
    now, later = said("a", "1"), said("a", "3", effective_from="2027-01-01")
    offers = merge([], {"list": snapshot(AS_OF)}, list=[now, later])
    assert {(o.price, o.effective_from) for o in offers} == {(Decimal(1), ""), (Decimal(3), "2027-01-01")}


def test_latest_begun_price_of_a_source_is_the_current_one() -> None:
    dated = [said("a", "1"), said("a", "2", effective_from="2026-08-01"), said("a", "3", effective_from="2026-09-10")]
    (offer,) = merge([], {"list": snapshot(AS_OF)}, list=dated)
    assert (offer.price, offer.effective_from) == (Decimal(3), "2026-09-10")


def test_price_that_ended_before_the_build_is_counted_not_kept() -> None:
    parsed = Parsed()
    assert not incoming("list", [said("a", "1", effective_to="2026-01-01")], AS_OF, parsed).statements
    assert parsed.rejected == {"ended before the date of the build": 1}


def test_a_row_that_one_source_repeats_is_merged_and_counted() -> None:
    parsed = Parsed()
    kept = incoming("list", [said("a", "1"), said("a", "1")], AS_OF, parsed)
    assert len(kept.statements) == 1
    assert parsed.rejected == {"repeats another row of the same source": 1}


def test_prices_in_two_currencies_are_two_offers() -> None:
    yuan = replace(said("a", "3"), currency="CNY")
    offers = merge([], {"list": snapshot(AS_OF)}, list=[said("a", "0.44"), yuan])
    assert {(o.currency, o.price) for o in offers} == {("USD", Decimal("0.44")), ("CNY", Decimal(3))}


def test_pe_16_hours_without_days_are_the_window_whose_days_another_source_names() -> None:
    hours, days = replace(TEXT_INPUT, window="0100-0400"), replace(TEXT_INPUT, window="0100-0400@mon-fri")
    other_hours = replace(TEXT_INPUT, window="0600-1000")
    news = [
        incoming("list", [said("a", "0.3", hours), said("a", "0.3", other_hours)], AS_OF, Parsed()),
        incoming("crowd", [said("a", "0.3", days)], AS_OF, Parsed()),
    ]
    completed = with_weekdays(news, [])
    offers = reconciled([], completed, {n: snapshot(AS_OF) for n in SOURCES}, SOURCES, AS_OF)
    assert {o.meter.window: len(o.evidence) for o in offers} == {"0100-0400@mon-fri": 2, "0600-1000": 1}
    later = with_weekdays([news[0]], offers)
    assert {m.window for _, _, m, *_ in later[0].statements} == {"0100-0400@mon-fri", "0600-1000"}


def test_hours_that_two_windows_name_are_completed_by_neither_and_an_exact_row_wins() -> None:
    hours = replace(TEXT_INPUT, window="0100-0400")
    weekdays, weekend = (replace(TEXT_INPUT, window=f"0100-0400@{days}") for days in ("mon-fri", "sat-sun"))
    both = incoming("crowd", [said("a", "3", weekdays), said("a", "1", weekend)], AS_OF, Parsed())
    other = incoming("list", [said("a", "3", hours)], AS_OF, Parsed())
    for news in ([both, other], [other, both]):
        found = {n.source: {m.window for _, _, m, *_ in n.statements} for n in with_weekdays(news, [])}
        assert found == {"crowd": {"0100-0400@mon-fri", "0100-0400@sat-sun"}, "list": {"0100-0400"}}
    exact = incoming("crowd", [said("a", "3", hours), said("a", "5", weekdays)], AS_OF, Parsed())
    (kept,) = with_weekdays([exact], [])
    assert {s.price for s in kept.statements.values()} == {Decimal(3), Decimal(5)}


def test_pe_18_an_announced_price_whose_day_has_come_needs_to_be_seen_when_others_were_read_since() -> None:
    now = said("a", "2", effective_to="2026-09-01")
    then = said("a", "3", effective_from="2026-09-01")
    august = {"list": snapshot("2026-08-21"), "crowd": snapshot("2026-11-10")}
    announced = incoming("list", [now, then], "2026-08-21", Parsed(), "2026-08-21")
    lone = reconciled([], [announced], august, SOURCES, "2026-08-21")
    assert {o.effective_from for o in lone} == {"", "2026-09-01"}
    seen = incoming("crowd", [said("a", "2")], AS_OF, Parsed(), "2026-11-10")
    (offer,) = reconciled(lone, [seen], august, SOURCES, AS_OF)
    assert (offer.price, offer.effective_from) == (Decimal(2), "")


def test_an_announced_price_begins_when_its_source_is_read_after_its_day() -> None:
    then = said("a", "3", effective_from="2026-09-01")
    first = incoming("list", [said("a", "2", effective_to="2026-09-01"), then], "2026-08-21", Parsed(), "2026-08-21")
    before = reconciled([], [first], {"list": snapshot("2026-08-21")}, SOURCES, "2026-08-21")
    again = incoming("list", [then], AS_OF, Parsed(), "2026-11-10")
    shots = {"list": snapshot("2026-11-10")}
    (offer,) = reconciled(before, [again], shots, SOURCES, AS_OF)
    assert (offer.price, offer.effective_from) == (Decimal(3), "2026-09-01")
    (event,) = price_events(before, [offer], shots, {"list"})
    assert (event.kind, event.old, event.new) == ("repriced", "2", "3")


def test_an_announced_price_that_is_withdrawn_never_begins() -> None:
    now, later = said("a", "1"), said("a", "3", effective_from="2027-01-01")
    first = merge([], {"list": snapshot("2026-11-01")}, list=[now, later])
    assert [o.price for o in merge(first, {"list": snapshot("2026-11-10")}, list=[now])] == [Decimal(1)]


def test_the_payload_field_stays_with_the_evidence(tmp_path: Path) -> None:
    named = replace(said("a", "1"), field="2026-01-01 input=mtok")
    state = State(snapshots={"list": snapshot(AS_OF)}, offers=merge([], {"list": snapshot(AS_OF)}, list=[named]))
    save_state(state, tmp_path / "state")
    (offer,) = load_state(tmp_path / "state").offers
    assert offer.evidence[0].field == "2026-01-01~input~mtok"


def test_two_rows_of_one_source_that_contradict_are_counted() -> None:
    parsed = Parsed()
    kept = incoming("list", [said("a", "1"), said("a", "2")], AS_OF, parsed)
    assert len(kept.statements) == 1
    assert parsed.rejected == {"contradicts another row of the same source": 1}


def test_repricing_is_one_event_with_old_and_new() -> None:
    before = merge([], {"list": snapshot("2026-11-01")}, list=[said("a", "1")])
    shots = {"list": snapshot("2026-11-10")}
    after = merge(before, shots, list=[said("a", "1.50")])
    (event,) = price_events(before, after, shots, {"list"})
    assert (event.kind, event.old, event.new, event.date) == ("repriced", "1", "1.5", "2026-11-10")


def test_a_repricing_names_the_sources_that_stated_the_new_price_before() -> None:
    shots = {"vendor": snapshot("2026-11-01"), "crowd": snapshot("2026-11-01")}
    before = merge([], shots, vendor=[said("a", "1"), said("b", "1")], crowd=[said("a", "2"), said("b", "1")])
    shots |= {"vendor": snapshot("2026-11-10")}
    after = merge(before, shots, vendor=[said("a", "2"), said("b", "2")])
    events = price_events(before, after, shots, {"vendor", "crowd"})
    assert {(e.sku, e.old, e.new, e.already) for e in events} == {("a", "1", "2", "crowd"), ("b", "1", "2", "")}


def test_unchanged_price_keeps_its_date() -> None:
    before = merge([], {"list": snapshot("2026-11-01")}, list=[said("a", "1", effective_from="2026-09-10")])
    (after,) = merge(before, {"list": snapshot("2026-11-10")}, list=[said("a", "1", effective_from="2026-10-01")])
    assert after.effective_from == "2026-09-10"


def test_first_payload_of_a_source_is_a_baseline_not_a_day_of_changes() -> None:
    shots = {"crowd": snapshot("2026-11-01"), "vendor": snapshot("2026-11-10")}
    before = merge([], shots, crowd=[said("a", "1")])
    after = merge(before, shots, vendor=[said("a", "2"), said("b", "3")])
    assert {o.price for o in after} == {Decimal(2), Decimal(3)}
    assert price_events(before, after, shots, {"crowd"}) == []


def test_date_that_becomes_known_is_no_change() -> None:
    before = merge([], {"list": snapshot("2026-11-01")}, list=[said("a", "1")])
    after = [replace(before[0], effective_from="2026-09-10")]
    assert price_events(before, after, {"list": snapshot("2026-11-10")}, {"list"}) == []


def test_other_sources_do_not_touch_what_the_chosen_one_said() -> None:
    shots = {"vendor": snapshot("2026-11-10"), "crowd": snapshot("2026-11-10")}
    noted = replace(said("a", "1"), note="list price")
    both = merge([], shots, vendor=[noted], crowd=[said("a", "1", effective_to="2027-01-01")])
    assert merge(both, shots, crowd=[said("a", "1", effective_to="2027-01-01")]) == both


def full_state() -> State:
    offers = merge([], {"list": snapshot(AS_OF)}, list=[said("b", "1"), said("a", "0.000001")])
    event = PriceEvent(AS_OF, "openai", "a", "input.text.token", "global", "USD", "repriced", "2", "1", "list")
    return State(snapshots={"list": snapshot(AS_OF)}, offers=offers, events=[event])


def test_state_round_trips_and_is_sorted(tmp_path: Path) -> None:
    state = full_state()
    assert save_state(state, tmp_path / "state")
    loaded = load_state(tmp_path / "state")
    assert state_files(loaded) == state_files(state)
    lines = (tmp_path / "state" / "offers" / "openai.csv").read_text().splitlines()[1:]
    assert lines == sorted(lines)
    assert "1E-" not in lines[0]


def test_saving_the_same_state_again_changes_nothing(tmp_path: Path) -> None:
    assert save_state(full_state(), tmp_path / "state")
    before = (tmp_path / "state" / "snapshots.json").stat().st_mtime_ns
    assert not save_state(full_state(), tmp_path / "state")
    assert (tmp_path / "state" / "snapshots.json").stat().st_mtime_ns == before


def test_old_state_comes_back_after_a_crash_between_the_renames(tmp_path: Path) -> None:
    save_state(full_state(), tmp_path / "state")
    (tmp_path / "state").rename(tmp_path / "state.old")
    assert load_state(tmp_path / "state").offers


def test_half_written_state_is_refused_by_file_and_line(tmp_path: Path) -> None:
    save_state(full_state(), tmp_path / "state")
    path = tmp_path / "state" / "offers" / "openai.csv"
    path.write_text(path.read_text()[:-20])
    with pytest.raises(TableError, match=r"openai\.csv, line 3"):
        load_state(tmp_path / "state")


def test_offer_without_evidence_or_statement_cannot_arise() -> None:
    shots = {"list": snapshot("2026-11-10")}
    lone = replace(merge([], {"list": snapshot("2026-11-01")}, list=[said("a", "1")])[0], evidence=())
    assert merge([lone], shots) == []


@pytest.mark.parametrize(
    ("sku", "prefixes", "bare"),
    [
        ("deepinfra/meta-llama/llama", ("deepinfra/",), "meta-llama/llama"),
        ("fireworks_ai/accounts/fireworks/models/x", ("accounts/fireworks/models/", "fireworks_ai/"), "x"),
        ("openai/", ("openai/",), "openai/"),
        ("plain", (), "plain"),
    ],
)
def test_prefixes_of_sources_are_stripped(sku: str, prefixes: tuple[str, ...], bare: str) -> None:
    assert without_prefixes(sku, prefixes) == bare


def test_slug_is_a_file_name() -> None:
    assert slug("One of https://x/y ?") == "one-of-https-x-y"
    assert re.fullmatch("unnamed-[0-9a-f]{8}", slug("…"))


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(Path(__file__).parents[2] / "data" / "registry")


def called(registry: Registry, provider: str, sku: str, **more: str) -> tuple[str, str, str]:
    """Provider, SKU and region under our names."""
    ours = named(Statement(provider, sku, "llm", TEXT_INPUT, Decimal(1), **more), registry)
    return ours.provider, ours.sku, ours.region


@pytest.mark.parametrize("name", ["together_ai", "together-ai", "togetherai", "Together", "Together AI"])
def test_every_spelling_of_a_seller_is_one_provider(registry: Registry, name: str) -> None:
    assert called(registry, name, "m")[0] == "together"


@pytest.mark.parametrize("name", ["azure", "azure_ai", "azure-openai", "azure-ai-foundry", "azure_text"])
def test_what_microsoft_bills_is_one_provider(registry: Registry, name: str) -> None:
    assert called(registry, name, "gpt-4o")[0] == "azure"


@pytest.mark.parametrize("name", ["vertex_ai", "vertex_ai-anthropic_models", "vertexai", "google_cloud"])
def test_sub_provider_of_a_list_maps_to_its_parent(registry: Registry, name: str) -> None:
    assert called(registry, name, "claude-opus-5")[0] == "google-vertex"
    assert called(registry, "bedrock_converse", "amazon.nova-pro-v1:0")[0] == "aws-bedrock"


@pytest.mark.parametrize(
    ("name", "abroad", "in_china"),
    [
        ("minimax", "minimax", "minimax-cn"),
        ("moonshot", "moonshotai", "moonshotai-cn"),
        ("siliconflow", "siliconflow", "siliconflow-cn"),
        ("deepseek", "deepseek", "deepseek"),  # one platform with two currencies
    ],
)
def test_price_in_yuan_is_that_of_the_platform_in_china(
    registry: Registry, name: str, abroad: str, in_china: str
) -> None:
    assert called(registry, name, "m")[0] == abroad
    assert called(registry, name, "m", currency="CNY")[0] == in_china


def test_spelling_that_names_a_region_gives_it_to_prices_without_one(registry: Registry) -> None:
    assert called(registry, "alibaba-us", "qwen3.8-max") == ("alibaba", "qwen3.8-max", "us")
    assert called(registry, "alibaba-us", "qwen3.8-max", region="us-east-1")[2] == "us-east-1"
    assert called(registry, "alibaba-singapore", "qwen3.8-max")[2] == "global"


def test_products_of_another_seller_are_not_counted_to_the_one_that_lists_them(registry: Registry) -> None:
    own = called(registry, "perplexity", "perplexity/sonar")
    agent = called(registry, "perplexity", "perplexity/perplexity/sonar")
    assert (own[:2], agent[:2]) == (("perplexity", "sonar"), ("perplexity-agent", "perplexity/sonar"))
    platform = called(registry, "bedrock", "bedrock/claude_platform/claude-opus-5")
    assert platform[:2] == ("claude-platform-aws", "claude-opus-5")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("coreweave", "wandb"), ("wafer", "wafer.ai"), ("akash", "akashml"), ("meta", "meta_llama"),
        ("zai", "zhipu"), ("bedrock", "claude-platform-aws"), ("byteplus", "volcengine"), ("stepfun", "stepfun-ai"),
    ],
)  # fmt: skip
def test_distinct_sellers_stay_distinct(registry: Registry, one: str, other: str) -> None:
    assert called(registry, one, "m")[0] != called(registry, other, "m")[0]


def test_no_two_sellers_have_names_of_one_form(registry: Registry) -> None:
    forms: dict[str, set[str]] = {}
    for name, row in registry.provider_by_alias.items():
        forms.setdefault(slug(name), set()).add(row.id)
    assert {form: ids for form, ids in forms.items() if len(ids) > 1} == {}
