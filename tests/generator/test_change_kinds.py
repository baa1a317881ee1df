"""Kinds of changes: what is news, and what only a source came to say."""

from collections import Counter

import pytest

from generator.change_kinds import KINDS, Change, change_record, in_force, judged, price_key
from generator.changes import order, percent_text
from generator.places import checkout
from generator.sync.state import PriceEvent, load_state

TEXT = "input.text.token"


def event(
    date: str, kind: str, old: str = "", new: str = "", sku: str = "a", at: str = "acme", meter: str = TEXT, **more: str
) -> PriceEvent:
    said = {"region": "global", "currency": "USD", "sources": "list", "already": ""} | more
    return PriceEvent(date=date, provider=at, sku=sku, meter=meter, kind=kind, old=old, new=new, **said)


# Before this day the list of Acme was known: the event of an old model says so.
KNOWN = [event("2026-01-01", "repriced", "2", "1", sku=f"known-{n}") for n in range(30)]


def kinds(*events: PriceEvent, prices: dict[tuple[str, ...], list[str]] | None = None) -> dict[str, str]:
    found = judged([*KNOWN, *events], prices or {})  # type: ignore[arg-type]
    return {f"{c.event.date} {c.event.sku} {c.event.meter}": c.kind for c in found if c.event not in KNOWN}


def one(*events: PriceEvent) -> Change:
    return next(c for c in judged([*KNOWN, *events], {}) if c.event is events[-1])


def test_every_change_is_of_a_kind_that_is_explained() -> None:
    assert {c.kind for c in judged(KNOWN, {})} == {"repriced"}
    assert all(what and not what.endswith(".") for what in KINDS.values())


def test_the_first_price_of_a_model_is_new_and_a_further_meter_is_not() -> None:
    found = kinds(
        event("2026-02-01", "listed", new="1"),
        event("2026-02-01", "listed", new="2", meter="output.text.token"),
        event("2026-03-01", "listed", new="1", meter=f"{TEXT};tier=batch"),
    )
    assert list(found.values()) == ["new", "new", "further"]


def test_a_source_that_begins_to_list_a_provider_brings_no_news() -> None:
    first = event("2026-02-01", "listed", new="1", at="stranger")
    assert (one(first).kind, one(first).reason) == ("covered", "the provider's first prices")
    many = [event("2026-02-01", "listed", new="1", sku=f"more-{n}") for n in range(15)]
    assert set(kinds(*many).values()) == {"covered"}  # half of the 30 that were known
    assert set(kinds(*many[:14]).values()) == {"new"}


def test_nine_models_at_once_are_news_even_at_a_small_provider() -> None:
    before = event("2026-01-05", "repriced", "1", "2", at="small")
    nine = [event("2026-02-01", "listed", new="1", sku=f"m{n}", at="small") for n in range(9)]
    ten = [*nine, event("2026-02-01", "listed", new="1", sku="m9", at="small")]
    assert {c.kind for c in judged([before, *nine], {}) if c.event.kind == "listed"} == {"new"}
    assert {c.kind for c in judged([before, *ten], {}) if c.event.kind == "listed"} == {"covered"}


def test_a_price_of_today_that_a_source_held_before_makes_its_model_known() -> None:
    held = {("acme", "a", "output.text.token", "global", "USD"): ["list"]}
    assert list(kinds(event("2026-02-01", "listed", new="1"), prices=held).values()) == ["further"]
    unread = {("acme", "a", "output.text.token", "global", "USD"): ["another-list"]}
    assert list(kinds(event("2026-02-01", "listed", new="1"), prices=unread).values()) == ["new"]


def test_the_last_price_of_a_model_removes_it_and_one_of_two_does_not() -> None:
    listed = [event("2026-02-01", "listed", new="1"), event("2026-02-01", "listed", new="2", meter="output.text.token")]
    first = event("2026-03-01", "ended", "1")
    last = event("2026-04-01", "ended", "2", meter="output.text.token")
    assert one(*listed, first).kind == "withdrawn"
    assert one(*listed, first, last).kind == "removed"


def test_a_price_that_other_sources_still_list_is_not_removed() -> None:
    ended = event("2026-03-01", "ended", "1", sku="known-1")
    assert list(kinds(ended, prices={price_key(ended): ["other"]}).values()) == ["uncovered"]
    assert list(kinds(ended).values()) == ["removed"]


def test_a_source_that_drops_half_of_a_provider_tells_of_itself() -> None:
    gone = [event("2026-03-01", "ended", "1", sku=f"known-{n}") for n in range(15)]
    assert set(kinds(*gone).values()) == {"uncovered"}
    assert set(kinds(*gone[:14]).values()) == {"removed"}


def test_what_the_providers_own_list_dropped_before_is_no_removal_of_today() -> None:
    own = event("2026-01-10", "listed", new="1", sku="b", sources="acme")
    assert one(own, event("2026-03-01", "ended", "1", sku="known-1")).kind == "uncovered"
    assert one(own, event("2026-03-01", "ended", "1", sku="known-1", sources="acme")).kind == "removed"


def test_a_price_that_ends_and_returns_is_back_with_its_day() -> None:
    back = one(event("2026-02-01", "ended", "1", sku="known-1"), event("2026-03-01", "listed", new="1", sku="known-1"))
    assert (back.kind, back.reason) == ("back", "ended on 2026-02-01")


@pytest.mark.parametrize(
    ("old", "new", "more", "reason"),
    [
        ("50000", "30", {}, "a factor of a hundred or more: a corrected unit"),
        ("0.075", "75", {}, "a factor of a hundred or more: a corrected unit"),
        ("1.38", "1.375", {}, "the same price with another number of digits"),
        ("0.1375", "0.138", {}, "the same price with another number of digits"),
        ("1", "2", {"already": "other third fourth"}, "other and third stated the new price before"),
    ],
)
def test_a_correction_is_restated_with_its_reason(old: str, new: str, more: dict[str, str], reason: str) -> None:
    found = one(event("2026-02-01", "repriced", old, new, **more))
    assert (found.kind, found.reason) == ("restated", reason)


@pytest.mark.parametrize(
    ("old", "new"), [("1", "99"), ("99", "1"), ("0.32", "0.3"), ("1.375", "1.36"), ("2", "1"), ("0", "1"), ("1", "0")]
)
def test_a_change_of_a_price_is_a_change(old: str, new: str) -> None:
    assert one(event("2026-02-01", "repriced", old, new)).kind == "repriced"


def test_a_source_that_was_behind_what_others_said_restates() -> None:
    ahead = event("2026-02-01", "repriced", "1", "3", sources="list other")
    late = one(ahead, event("2026-03-01", "repriced", "1", "4"))
    assert (late.kind, late.reason) == ("restated", "other sources had moved to 3 USD by 2026-02-01")
    assert one(ahead, event("2026-03-01", "repriced", "3", "4")).kind == "repriced"


def test_the_change_in_per_cent_is_exact() -> None:
    assert percent_text(one(event("2026-02-01", "repriced", "0.3", "0.1")).percent) == "-66.67"
    assert percent_text(one(event("2026-02-01", "repriced", "0.1", "0.3")).percent) == "200"
    assert percent_text(one(event("2026-02-01", "listed", new="1")).percent) == ""
    assert percent_text(one(event("2026-02-01", "repriced", "0", "1")).percent) == ""


def test_a_record_says_what_was_judged_and_why() -> None:
    record = change_record(one(event("2026-02-01", "repriced", "1", "2", already="other")))
    assert (record["kind"], record["change"], record["already"]) == ("repriced", "restated", ["other"])


def test_every_event_of_the_committed_state_is_judged_once() -> None:
    state = load_state(checkout().state)
    changes = judged(state.events, in_force(state))
    assert Counter(c.event for c in changes) == Counter(state.events)
    assert [order(c.event) for c in changes] == sorted(order(e) for e in state.events)
    mistaken = [c for c in changes if c.kind == "repriced" and abs(c.percent or 0) > 100 * 99]
    assert mistaken == []
    assert judged(reversed(state.events), in_force(state)) == changes
