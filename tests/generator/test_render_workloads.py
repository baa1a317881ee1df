"""The workload pages: one unit a ranking, the month that is stated, and nothing ranked that may not win."""

import csv
import io
import re
from decimal import Decimal

from generator.render.api_table import csv_bytes
from generator.render.pages import workloads
from generator.render.site_index import site_index
from generator.render.usage_ladder import strict_request
from generator.render.usage_rows import PER_PROVIDER, shown_entries
from generator.render.workload_files import workload_tables
from tests.generator.rendered_pages import articles, page_of, text
from tests.generator.small_site import small_site
from wasm_tools.planner.usage import ranked_usage


def test_month_is_the_unit_price_times_the_stated_use() -> None:
    said = text(articles()["workloads/speech-to-text/"])
    assert "1,000 × audio hour a month" in said
    row = page_of(workloads, "workloads/speech-to-text/").context["rankings"][0]["rows"][0]
    assert (row["unit_price"], row["month"], row["grade"]) == ("$0.36", "$360", "C")
    assert 'data-usd="0.36">$0.36<' in articles()["workloads/speech-to-text/"]


def test_what_relaxing_finds_is_shown_rung_by_rung() -> None:
    shown = page_of(workloads, "workloads/speech-to-text/").context["ladder"]
    ranking = workloads.ranked_of(workloads.BY_ID["speech-to-text"], site_index(small_site())).rankings[0]
    found = ranked_usage(ranking.book, strict_request(ranking))
    assert found.entries == ()  # the small site states no limit, so that only giving it up finds something
    assert [r["given_up"] for r in shown["rungs"]] == [[], *(list(r.given_up) for r in found.ladder)]
    assert [r["count"] for r in shown["rungs"]] == [0, *(len(r.entries) for r in found.ladder)]
    assert shown["rungs"][-1]["given_up"] == ["confirmed capacity"]
    assert shown["rungs"][-1]["rows"][0]["month"] == "$360"
    said = text(articles()["workloads/speech-to-text/"])
    assert "If you relax" in said
    assert "no offer" in said


def test_index_leads_to_a_page_for_everything_that_can_be_ranked() -> None:
    rows = page_of(workloads, "workloads/").context["rows"]
    assert [r["path"] for r in rows] == ["workloads/llm/", "workloads/speech-to-text/", "workloads/gpu/"]
    for r in rows:
        assert r["path"] in articles()


def test_language_models_stand_under_their_class_with_the_cheapest_seller() -> None:
    sections = {s["class"]: s["rows"] for s in page_of(workloads, "workloads/llm/").context["sections"]}
    best = sections["medium"][0]
    # 1,000,000 × (512 × $0.4375 + 256 × $0.142857) / 1,000,000
    assert (best["model"], best["provider"], best["month"]) == ("Open 70B", "Hostly & Sons", "$261")
    assert sections["frontier"][0]["month"] == "$3,584"
    assert "Hostly &amp; Sons" in articles()["workloads/llm/"]


def test_gpus_are_ranked_by_the_price_of_their_memory() -> None:
    rows = page_of(workloads, "workloads/gpu/").context["rows"]
    assert [(r["gpu"], r["price"], r["month"]) for r in rows] == [
        ("B200", "$5.00", "$3,650"),
        ("H100 SXM", "$2.50", "$1,825"),
    ]
    assert Decimal(rows[0]["per_gb"][1:]) < Decimal(rows[1]["per_gb"][1:])
    assert rows[1]["spot"] == "$1.25"
    assert "no source states a spot price" in rows[0]["spot"]


def test_one_provider_does_not_fill_a_ranking() -> None:
    ranking = workloads.ranked_of(workloads.BY_ID["speech-to-text"], site_index(small_site())).rankings[0]
    many = shown_entries(ranking.entries * 9, 20)
    assert [rank for rank, _ in many] == list(range(1, PER_PROVIDER + 1))


def test_files_hold_every_product_of_every_unit() -> None:
    tables = {t.name: t for t in workload_tables(small_site())}
    rows = list(csv.DictReader(io.StringIO(csv_bytes(tables["workloads/speech-to-text"]).decode())))
    assert [(r["unit"], r["rank"], r["provider"], r["usd_per_month"]) for r in rows] == [
        ("audio hour", "1", "acme", "360")
    ]
    models = {r[1]: r for r in tables["workloads/llm"].rows}
    assert models["open-70b"][2] == "hostly"


def test_page_names_its_sources_and_what_it_left_out() -> None:
    html = articles()["workloads/speech-to-text/"]
    assert re.search(r'class="sources">Prices from <a href="\.\./\.\./data-sources/#litellm">', html)
    assert 'id="left-out"' in html
