"""What the pages say of changes: every event is shown or counted, with unit, percent and source."""

import json
import re
from collections import Counter
from dataclasses import replace

from jsonschema import Draft202012Validator

from generator.change_kinds import KINDS
from generator.publish.links import page_links
from generator.render.change_index import change_index
from generator.render.change_rows import percent_words, place_words
from generator.render.change_weeks import WEEKS, by_week, provider_weeks, weeks_to
from generator.render.charts.sparkline import sparkline
from generator.render.downloads import history_files
from generator.render.page import Page, SiteData
from generator.render.pages import gpus, history, home, models, providers
from generator.render.record_models import MODELS
from generator.render.schemas import json_schema
from generator.render.templates import article_of, environment
from tests.generator.history_site import history_site
from tests.generator.rendered_pages import TEMPLATES, Outline, text
from tests.generator.small_site import AS_OF, small_site
from tests.generator.tool_site import run_module


def pages(data: SiteData) -> dict[str, Page]:
    return {p.path: p for kind in (history, home, models, providers, gpus) for p in kind.pages(data)}


def article(path: str, data: SiteData | None = None) -> str:
    return article_of(environment(TEMPLATES), AS_OF)(pages(data or history_site())[path])


def test_every_event_is_on_the_page_of_its_day_or_counted_there() -> None:
    found = Counter({p.context["day"]: 0 for p in history.pages(history_site()) if "day" in p.context})
    for page in history.pages(history_site()):
        if "day" not in page.context:
            continue
        context = page.context
        found[context["day"]] += sum(s["prices"] for s in context["sections"]) + context["gathered"]["prices"]
        assert context["total"] == sum(k["value"] for k in context["counts"])
        for s in context["sections"]:
            assert s["shown_prices"] == sum(r["prices"] for r in s["rows"]) <= s["prices"]
        shown = sum(sum(r["counts"]) for r in context["gathered"]["rows"])
        assert shown + context["gathered"]["hidden_prices"] == context["gathered"]["prices"]
    assert found == Counter(e.date for e in history_site().state.events)


def test_the_files_hold_every_event_once_by_day_and_once_by_quarter() -> None:
    files = {f.path.removeprefix("api/v1/history/"): f for f in history_files(history_site())}
    days = [json.loads(f.body)["rows"] for name, f in files.items() if re.fullmatch(r"\d{4}-\d\d-\d\d\.json", name)]
    told = Counter(tuple(row[n] for n in (0, 2, 3, 6, 7, 9, 10)) for rows in days for row in rows)
    events = history_site().state.events
    assert told == Counter((e.date, e.provider, e.sku, e.meter, e.region, e.old, e.new) for e in events)
    rows = sum(f.rows or 0 for name, f in files.items() if name.endswith(".csv"))
    assert (rows, {name for name in files if name.endswith(".csv")}) == (
        len(events), {"2026-q2.csv", "2026-q3.csv", "2026-q4.csv"},
    )  # fmt: skip
    index = json.loads(files["index.json"].body)
    assert sum(sum(day["by_kind"].values()) for day in index["days"]) == len(events)
    assert {p["provider"]: p["path"] for p in index["providers"]}["hostly"] == "history/providers/hostly.json"
    assert json.loads(files["providers/hostly.json"].body)["rows"]
    assert {p["path"] for p in index["providers"]} == {None, "history/providers/hostly.json"}


def test_the_files_fit_their_published_schemas() -> None:
    files = {f.path: f for f in history_files(history_site())}
    told = json_schema(MODELS["history-index"])
    assert list(Draft202012Validator(told).iter_errors(json.loads(files["api/v1/history/index.json"].body))) == []
    rows = Draft202012Validator(json.loads(files["api/v1/schemas/history.schema.json"].body))
    found = [f for f in files.values() if f.schema == "api/v1/schemas/history.schema.json"]
    assert len(found) == 5
    assert [e.message for f in found for e in rows.iter_errors(json.loads(f.body))] == []


def test_a_day_with_more_changes_than_fit_says_how_many_it_shows() -> None:
    said = text(article("history/2026-11-20/"))
    assert "30 of 61 model ids with 59 of 121 prices; the file has all ." in said
    assert len(re.findall("<[a-z]", article("history/2026-11-20/"))) < 1_340


def test_a_repricing_says_old_new_unit_percent_and_source() -> None:
    (row,) = re.findall(r"<tr>.*?closed-xl.*?</tr>", article("history/2026-06-01/"))
    assert text(row) == "Acme AI Closed XL closed-xl text input $4.00 → $3.00 /1M tokens −25 % LiteLLM model price map"


def test_what_is_no_news_is_apart_with_its_reason() -> None:
    html = article("history/2026-11-20/")
    restated = html[html.index('id="restated"') :]
    assert "a factor of a hundred or more: a corrected unit" in restated
    assert "$10,000.00" in restated and "$10,000.00" not in html[: html.index('id="restated"')]
    day = pages(history_site())["history/2026-11-20/"].context
    assert {k["noun"]: k["value"] for k in day["counts"] if not k["news"]} == {
        "further price": 1, "restated": 1, "first covered": 1,
    }  # fmt: skip


def test_newest_day_and_week_are_those_of_the_data() -> None:
    context = pages(history_site())["history/"].context
    assert context["newest"]["date"] == "2026-11-20"
    assert [d["date"] for d in context["week"]["days"]] == ["2026-11-20"]  # not 2026-11-12
    assert [d["date"] for d in context["days"]] == ["2026-11-20", "2026-11-12", "2026-08-05", "2026-06-01"]
    assert context["days"][0]["others"] == 3


def test_rentals_are_told_per_gpu_hour_on_the_page_of_their_gpu() -> None:
    for path in ("gpus/h100-sxm/", "providers/neocloud/", "history/"):
        assert "on demand $2.00 → $2.50 /GPU-hour" in text(article(path)), path
    assert "No change of a rental price is recorded" in text(
        article("history/", replace(history_site(), state=replace(history_site().state, events=[])))
    )


def test_pages_of_models_and_providers_tell_the_latest_and_name_feed_and_file() -> None:
    model, provider = article("models/open-70b/"), article("providers/hostly/")
    assert model.count('<td class="date">') == 1
    assert 'href="../../feeds/models/closed-xl.atom"' in article("models/closed-xl/")
    assert 'href="../../api/v1/history/providers/hostly.json"' in provider
    assert "The latest of 123 recorded changes" in text(provider)
    assert 'id="changes"' not in article("models/whisper-x/")
    assert [a.media_type for a in pages(history_site())["models/closed-xl/"].alternates] == [
        "application/atom+xml", "application/feed+json",
    ]  # fmt: skip
    assert pages(history_site())["models/whisper-x/"].alternates == ()


def test_home_shows_only_supported_changes() -> None:
    assert "What changed" not in text(article("", small_site()))
    own = [replace(e, sources="acme") for e in history_site().state.events]
    assert article("", replace(history_site(), state=replace(history_site().state, events=own))).count("changed") == 0


def test_hostile_names_stay_text() -> None:
    html = article("history/2026-11-12/")
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert "0.5 CNY" in text(html)


def test_day_pages_have_captions_unique_ids_and_links_that_resolve() -> None:
    known = set(pages(history_site()))
    for path in known:
        if path.startswith("history/"):
            outline = Outline(article(path))
            assert outline.tables == outline.captions == outline.regions
            assert outline.headings == sorted(outline.headings) and outline.headings.count(1) == 1
            assert len(outline.ids) == len(set(outline.ids))
            assert set(outline.labels) <= set(outline.ids)
            for address, _ in page_links(article(path))[0]:
                if address.startswith("../") and "history/20" in address and "api/" not in address:
                    assert f"history/{address.rstrip('/').rpartition('/')[2]}/" in known


def test_a_site_without_history_says_so() -> None:
    empty = pages(small_site())
    assert [path for path in empty if path.startswith("history/")] == ["history/"]
    said = text(article("history/", small_site()))
    assert "No change is recorded yet." in said and "None" not in said


def test_per_cent_and_regions_in_words() -> None:
    changes = {c.event.new: c for c in change_index(history_site()).changes if c.event.sku == "closed-xl"}
    assert percent_words(changes["2"].percent) == "−33 %"
    assert percent_words(changes["3"].percent) == "−25 %"
    assert place_words(["global"]) == "" and place_words(["eu"]) == ", eu"
    assert place_words(["eu", "us", "global"]) == ", 3 regions"
    assert set(KINDS) >= {c.kind for c in change_index(history_site()).changes}


def test_a_change_counts_in_the_week_of_its_monday_and_providers_with_most_news_come_first() -> None:
    weeks = weeks_to("2026-11-20")
    assert (len(weeks), weeks[0], weeks[-1]) == (WEEKS, "2026-05-25", "2026-11-16")
    changes = change_index(history_site())
    at_acme = [c for c in changes.changes if c.event.provider == "acme" and c.kind == "repriced"]
    assert {w: n for w, n in zip(weeks, by_week(at_acme, weeks), strict=True) if n} == {
        "2026-06-01": 1, "2026-11-16": 1,
    }  # fmt: skip
    rows = provider_weeks(changes)
    assert [sum(r["counts"]) for r in rows] == sorted((sum(r["counts"]) for r in rows), reverse=True)
    assert 'aria-label="Changes in 2 of 26 weeks, most in the week of 2026-11-16: ' in str(
        next(r for r in rows if "acme" in (r["provider"].lower() + r["href"]))["line"]
    )


def test_a_sparkline_is_drawn_to_its_highest_bar_and_zero_is_no_bar() -> None:
    drawn = str(sparkline([0, 1, 4, 1000], 'at most "1,000"'))
    assert drawn.count("v-") == 3
    assert "M4 20v-1h3V20M8 20v-1h3V20M12 20v-20h3V20" in drawn
    assert 'width="15"' in drawn
    assert "&quot;1,000&quot;" in drawn
    assert "v-" not in str(sparkline([0, 0], "none"))


MATCHES = """
import { changesOf, matches } from "./change_search.mjs";
const changes = changesOf(given.file);
console.log(JSON.stringify(given.asked.map((asked) => {
  const fits = matches({ provider: "", model: "", kind: "", ...asked }, given.settings);
  return changes.flatMap((change, place) => (fits(change) ? [place] : []));
})));
"""


def test_the_search_finds_changes_by_provider_model_and_kind() -> None:
    site = history_site()
    page = pages(site)["history/"]
    settings = json.loads(page.context["search"]["settings"].replace("\\u003c", "<"))
    assert settings["days"][0] == "2026-11-20"
    files = {f.path: f for f in history_files(site)}
    file = json.loads(files[f"{settings['path']}2026-11-20.json"].body)
    rows = [dict(zip(file["columns"], row, strict=True)) for row in file["rows"]]

    def places(**wanted: str) -> list[int]:
        return [n for n, row in enumerate(rows) if all(row[k] == v for k, v in wanted.items())]

    asked = [
        {"provider": "acme", "kind": "repriced"}, {"provider": "Hostly & Sons", "kind": "*"}, {"provider": "host"},
        {"model": "closed xl", "kind": "repriced"}, {"model": "closed-xl", "provider": "hostly"}, {"kind": "removed"},
        {"provider": "nobody"},
    ]  # fmt: skip
    found = run_module(MATCHES, {"file": file, "settings": settings, "asked": asked})
    acme = places(provider="acme", kind="repriced")
    hosted = [n for n in places(provider="hostly") if rows[n]["kind"] in settings["news"]]
    assert found[0] == acme == found[3]
    assert found[1] == places(provider="hostly")
    assert found[2] == hosted
    assert (found[4], found[6]) == ([], [])
    assert found[5] == places(kind="removed")
    assert acme
    assert hosted
    assert found[5]
    assert set(settings["meters"]) >= {row["meter"] for row in rows}
