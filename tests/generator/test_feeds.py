"""Feeds: valid Atom 1.0 and JSON Feed 1.1, bounded, stable over rebuilds, harmless whatever a model is called."""

import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree

import feedparser
import pytest

from generator.render.change_index import change_index
from generator.render.feed_formats import Entry, Feed, atom, json_feed
from generator.render.feeds import ENTRIES, LINES, feed_files, feeds
from generator.render.page import SiteData
from tests.generator.history_site import event, history_site
from tests.generator.small_site import small_site

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "https://prices.example/atlas/"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")  # RFC 3339 as RFC 4287 3.3 asks for it
URN = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# RFC 4287: what an element has to have exactly once, and what it may have at most once.
ONCE = {"feed": ("id", "title", "updated"), "entry": ("id", "title", "updated", "content")}
AT_MOST = {"feed": ("subtitle", "generator", "icon", "logo", "rights"), "entry": ("published", "summary", "source")}
KNOWN = {"feed", "entry", "id", "title", "subtitle", "updated", "author", "name", "link", "content"}


@cache
def files(site_url: str = "") -> dict[str, str]:
    return {path: body.decode() for path, body in feed_files(history_site(), site_url)}


def atom_faults(text: str) -> list[str]:
    """What RFC 4287 says against a feed; nothing for a valid one. Raises ParseError when it is not even XML."""
    root = ElementTree.fromstring(text.encode())
    faults = [f"root is {root.tag}"] if root.tag != f"{ATOM}feed" else []
    for element in [root, *root.iter(f"{ATOM}entry")]:
        kind = element.tag.removeprefix(ATOM)
        names = Counter(child.tag.removeprefix(ATOM) for child in element)
        faults += [f"{kind} has {names[name]} {name}" for name in ONCE.get(kind, ()) if names[name] != 1]
        faults += [f"{kind} has {names[name]} {name}" for name in AT_MOST.get(kind, ()) if names[name] > 1]
        alternates = Counter(x.get("type") for x in element.iter(f"{ATOM}link") if x.get("rel") == "alternate")
        if kind == "entry":
            faults += [f"{n} alternates of one type" for n in alternates.values() if n != 1]
    faults += [f"unknown {x.tag}" for x in root.iter() if x.tag.removeprefix(ATOM) not in KNOWN]
    faults += ["no author" for _ in [0] if root.find(f"{ATOM}author/{ATOM}name") is None]
    faults += [f"no id: {x.text}" for x in root.iter(f"{ATOM}id") if not URN.fullmatch(x.text or "")]
    faults += [f"no moment: {x.text}" for x in root.iter(f"{ATOM}updated") if not MOMENT.fullmatch(x.text or "")]
    faults += [f"empty {x.tag}" for x in root.iter(f"{ATOM}title") if not (x.text or "").strip()]
    faults += ["no own address" for _ in [0] if "self" not in {x.get("rel") for x in root.iter(f"{ATOM}link")}]
    faults += [f"content as {x.get('type')}" for x in root.iter(f"{ATOM}content") if x.get("type") != "html"]
    ids = Counter(x.text for x in root.iter(f"{ATOM}id"))
    return faults + [f"{n} times {i}" for i, n in ids.items() if n > 1]


def json_faults(text: str, absolute: bool) -> list[str]:
    """What JSON Feed 1.1 says against a feed."""
    record = json.loads(text)
    faults = [] if record["version"] == "https://jsonfeed.org/version/1.1" else ["version"]
    faults += [] if record["title"] else ["no title"]
    faults += [name for name in ("home_page_url", "feed_url") if (name in record) is not absolute]
    for item in record["items"]:
        faults += [f"item without {name}" for name in ("id", "title", "content_html") if not item.get(name)]
        faults += [] if MOMENT.fullmatch(item["date_published"]) else [item["date_published"]]
        faults += ["url"] if ("url" in item) is not absolute else []
    urls = [record.get("home_page_url"), record.get("feed_url"), *(i.get("url") for i in record["items"])]
    return faults + [u for u in urls if u and not u.startswith(SITE)]


def test_a_real_reader_reads_every_feed() -> None:
    for path, text in files(SITE).items():
        if path.endswith(".atom"):
            read = feedparser.parse(text.encode())
            assert (bool(read.bozo), read.version) == (False, "atom10"), path
            assert read.feed.links and len(read.entries) == text.count("<entry>")
            for entry in read.entries:
                assert entry.id and entry.title and entry.link.startswith(SITE) and entry.content[0].value
                assert entry.updated_parsed.tm_year == 2026


@pytest.mark.parametrize("site_url", ["", SITE])
def test_every_feed_is_valid_in_both_forms(site_url: str) -> None:
    for path, text in files(site_url).items():
        faults = atom_faults(text) if path.endswith(".atom") else json_faults(text, bool(site_url))
        assert faults == [], path


def test_the_rules_find_faults() -> None:
    good = files()["feeds/all.atom"]
    assert "feed has 2 id" in atom_faults(good.replace("<id>", "<id>urn:x</id><id>", 1))
    assert "no author" in atom_faults(re.sub("<author>.*?</author>", "", good))
    assert any("no moment" in f for f in atom_faults(good.replace("T00:00:00Z", "")))
    with pytest.raises(ElementTree.ParseError):
        atom_faults(good.replace("</entry>", "", 1))
    assert json_faults(files()["feeds/all.json"], True)


def test_there_is_a_feed_for_all_and_for_each_thing_with_changes_and_no_other() -> None:
    assert {path.removesuffix(".atom") for path in files() if path.endswith(".atom")} == {
        "feeds/all", "feeds/providers/acme", "feeds/providers/hostly", "feeds/providers/neocloud",
        "feeds/providers/stranger", "feeds/models/closed-xl", "feeds/models/open-70b", "feeds/gpus/h100-sxm",
    }  # fmt: skip
    assert {p.rpartition(".")[0] for p in files()} == {p.removesuffix(".json") for p in files() if p.endswith(".json")}


def test_links_are_absolute_where_the_address_is_known_and_lead_from_the_feed_elsewhere() -> None:
    known = ElementTree.fromstring(files(SITE)["feeds/models/closed-xl.atom"])
    assert {x.get("href") for x in known.iter(f"{ATOM}link")} == {
        f"{SITE}feeds/models/closed-xl.atom", f"{SITE}models/closed-xl/",
    }  # fmt: skip
    unknown = ElementTree.fromstring(files()["feeds/models/closed-xl.atom"])
    assert {x.get("href") for x in unknown.iter(f"{ATOM}link")} == {
        "../../feeds/models/closed-xl.atom", "../../models/closed-xl/",
    }  # fmt: skip


def test_an_entry_says_what_changed_with_unit_and_percent() -> None:
    newest = json.loads(files()["feeds/models/closed-xl.json"])["items"][0]
    assert newest["title"] == "Closed XL at Acme AI: 1 repriced, 1 further price, 1 restated"
    assert "<li>repriced: text input $3.00 → $2.00 /1M tokens (−33 %)</li>" in newest["content_html"]
    assert "a factor of a hundred or more: a corrected unit" in newest["content_html"]
    assert newest["date_published"] == "2026-11-20T00:00:00Z"


def ids(data: SiteData) -> dict[str, list[str]]:
    return {f.path: [f.id, *map(f.entry_id, f.entries)] for f in feeds(change_index(data))}


def test_ids_stay_when_data_grow_names_change_or_the_site_moves() -> None:
    site = history_site()
    grown = [*site.state.events, event("2026-11-21", "acme", "closed-xl", "input.text.token", "repriced", "2", "1")]
    models = tuple(m.model_copy(update={"name": "Renamed"}) for m in site.registry.models)
    registry, state = replace(site.registry, models=models), replace(site.state, events=grown)
    later = replace(site, state=state, registry=registry, as_of="2026-11-21")
    before, after = ids(site), ids(later)
    for path, found in before.items():
        assert set(found) <= set(after[path]), path
    assert len(after["feeds/models/closed-xl"]) == len(before["feeds/models/closed-xl"]) + 1
    everything = [i for found in before.values() for i in found]
    assert len(everything) == len(set(everything))
    here, moved = "".join(files().values()), "".join(files(SITE).values())
    assert re.findall("<id>.*?</id>", moved) == re.findall("<id>.*?</id>", here)


def test_the_id_of_an_entry_is_fixed_for_ever() -> None:
    """Whoever changes this makes every entry of every feed new for its readers."""
    feed = Feed("feeds/models/gpt-5", "t", "s", "models/gpt-5/", (), "2026-11-20")
    assert feed.id == "urn:uuid:4513e601-e8a9-519c-94b4-5d92fa3dfe94"
    entry = Entry("2026-11-20/openai", "t", "2026-11-20", "", ("x",))
    assert feed.entry_id(entry) == "urn:uuid:3f52573d-04c4-5582-b02f-5f0d9b4c8833"


def test_the_same_data_give_the_same_feeds() -> None:
    state = history_site().state
    again = replace(history_site(), state=replace(state, events=list(reversed(state.events))))
    assert {path: body.decode() for path, body in feed_files(again, "")} == files()


def test_feeds_are_bounded() -> None:
    site = history_site()
    many = [
        event(f"2026-{m:02}-{d:02}", "acme", "closed-xl", "input.text.token", "repriced", str(m * 100 + d), str(m + d))
        for m in range(1, 11)
        for d in range(1, 21)
    ]
    crowded = replace(site, state=replace(site.state, events=many + site.state.events))
    for feed in feeds(change_index(crowded)):
        assert len(feed.entries) <= ENTRIES
        assert all(len(e.lines) <= LINES + 1 for e in feed.entries)
    newest = next(f for f in feeds(change_index(crowded)) if f.path == "feeds/providers/acme").entries
    assert (len(newest), newest[0].date) == (ENTRIES, "2026-11-20")


def test_hostile_names_are_text_in_both_forms() -> None:
    for path, text in files().items():
        assert "<script>" not in text.replace("&lt;", "<") or path.endswith(".atom"), path
        assert "\x08" not in text or path.endswith(".json")
    root = ElementTree.fromstring(files()["feeds/providers/hostly.atom"])
    html = "".join(x.text or "" for x in root.iter(f"{ATOM}content"))
    assert "<script>" not in html and "&lt;script&gt;alert(1)" in html
    items = json.loads(files()["feeds/providers/hostly.json"])["items"]
    assert "<script>" not in "".join(i["content_html"] for i in items)


def test_a_feed_without_entries_is_valid() -> None:
    (empty,) = feeds(change_index(small_site()))
    assert atom_faults(atom(empty, "")) == [] and json_faults(json_feed(empty, SITE), True) == []
    assert empty.updated == "2026-11-20"
