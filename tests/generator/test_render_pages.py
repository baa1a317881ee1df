"""What the data pages of a small site say: prices that are easy to check, and the words around them."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from generator.render.compare.ready import MOST
from generator.render.pages import gpus, health, models, plans, use_cases
from generator.render.pages.use_cases import formula
from generator.render.plan_rows import compare_address, near_lines, plan_table
from generator.render.search_names import names_file
from generator.render.site_index import SiteIndex, site_index
from generator.render.templates import article_of, environment
from generator.render.texts import speaking
from tests.generator.rendered_pages import OTHERS, TEMPLATES, articles, page_of, text
from tests.generator.small_site import AS_OF, small_site
from wasm_tools.planner import ranking_record
from wasm_tools.planner.near_misses import Relaxation


def test_list_price_stands_exactly_on_model_and_provider_page() -> None:
    for path in ("models/open-70b/", "providers/hostly/"):
        assert '<td class="n" data-usd="0.4375">$0.4375</td>' in articles()[path]
    assert 'data-usd="0.142857">$0.143<' in articles()["models/open-70b/"]  # rounded for the eye, exact beside it


def test_every_meter_of_a_model_is_on_its_page() -> None:
    said = text(articles()["models/closed-xl/"])
    for part in ("$2.00", "$10.00", "$0.20", "$1.00", "$5.00", "Prompts over 128,000 tokens: in $4.00"):
        assert part in said
    assert "$0.36 /audio hour" in text(articles()["models/whisper-x/"])


def test_price_that_nobody_states_is_a_dash_with_its_reason() -> None:
    assert '<td class="n none" title="not stated by any source">—</td>' in articles()["models/open-70b/"]


def test_lowest_median_and_highest_are_over_all_sellers() -> None:
    context = page_of(models, "models/open-70b/").context
    shown = {name: value for name, value in context["input"].items() if name != "exact"}
    assert shown == {"lowest": "$0.4375", "median": "$0.45", "highest": "$0.50", "count": 3}
    assert context["input"]["exact"] == {"lowest": "0.4375", "median": "0.45", "highest": "0.5"}


def test_suspect_price_is_shown_but_is_not_the_lowest() -> None:
    site = small_site()
    rates = tuple(
        replace(r, suspect="far too low") if r.provider == "hostly" else r for r in site.results.catalogue.rates
    )
    catalogue = replace(site.results.catalogue, rates=rates)
    changed = replace(site, results=replace(site.results, catalogue=catalogue))
    page = next(p for p in models.pages(changed) if p.path == "models/open-70b/")
    assert page.context["input"]["lowest"] == "$0.45"
    html = article_of(environment(TEMPLATES), AS_OF)(page)
    assert "Not ranked far too low" in text(html)
    assert "$0.4375" in html


def test_home_has_the_answers_on_its_cards() -> None:
    ranking = next(c for c in small_site().results.cases if c.case.id == "chatbot").ranking
    best = next(p for _, p in ranking.plans if p.id == ranking.recommended)
    card = text(articles()[""].split("<li>")[1])
    assert f"Cheapest that meets it ${best.usd_per_month:,.0f} /month likely" in card
    assert "Open 70B on 2 × H100 SXM at Neocloud" in card
    assert "Cheapest, latency not verified $" in card


def test_home_answers_each_use_case_at_once_with_cost_times_evidence_and_reason() -> None:
    answer = text(articles()[""].split('aria-labelledby="answer-chatbot"')[1].split('aria-labelledby="answer-')[0])
    ranking = next(c for c in small_site().results.cases if c.case.id == "chatbot").ranking
    plans = {p.id: p for _, p in ranking.plans}
    best, fastest = plans[ranking.recommended], plans[ranking.lists["lowest_latency"][0]]
    assert f"Cheapest that meets it ${best.usd_per_month:,.0f} /month Open 70B on 2 × H100 SXM at Neocloud" in answer
    assert best.prediction is not None
    assert f"TTFT {best.prediction.ttft_ms:,.0f} ms (" in answer
    assert f"An API of unverified speed costs ${plans[ranking.unverified].usd_per_month:,.0f}" in answer
    assert f"Fastest ${fastest.usd_per_month:,.0f} /month" in answer
    assert "less than with any other plan" in answer
    assert "Best quality $" in answer
    assert "Class medium is the highest that meets it" in answer


def test_why_on_the_start_page_leads_to_the_reasons_of_that_plan() -> None:
    found = re.findall(r'href="(use-cases/[^"#]+/)#(plans-\d+)">why', articles()[""])
    assert len(found) > len(small_site().results.cases)
    for page, anchor in found:
        assert f'id="{anchor}"' in articles()[page], (page, anchor)


def test_home_form_asks_the_planner_without_a_script() -> None:
    form = re.search(r"<form.*?</form>", articles()[""], re.DOTALL)
    assert form is not None
    assert 'action="tools/planner/" method="get"' in form[0]
    assert re.findall(r'name="(\w+)"', form[0]) == ["use_case", "users", "slo_class", "providers"]
    catalogue = small_site().results.catalogue
    sold = {row.provider for row in (*catalogue.rates, *catalogue.rentals)}
    chosen = re.search(r'name="providers">(.*?)</select>', form[0])
    assert chosen is not None
    assert set(re.findall(r'value="([^"]*)"', chosen[1])) == {"", *sold}


def test_near_misses_cost_less_than_the_recommended_plan_and_say_what_they_save() -> None:
    case = next(c for c in small_site().results.cases if c.case.id == "chatbot")
    names, record = site_index(small_site()).plan_names, ranking_record(case.ranking)
    assert isinstance(record["plans"], list)
    best = next(p for p in record["plans"] if p["id"] == record["recommended"])
    near = {**best, "slo": "near", "slo_reason": "misses the TTFT bound by 11 %"}
    cheap = {**near, "id": "a", "usd_per_month": str(Decimal(best["usd_per_month"]) - 1000), "gpu": "b200"}
    twin, dear = {**cheap, "id": "b"}, {**near, "id": "c", "gpu": "l4", "usd_per_month": "999999.00"}
    lines = near_lines({**record, "plans": [cheap, twin, best, dear]}, names)
    assert len(lines) == 1
    assert lines[0].endswith("misses the TTFT bound by 11 %; it would save $1,000 a month.")
    lonely = near_lines({**record, "recommended": "", "plans": [cheap, dear]}, names)
    assert [line.rpartition(": ")[2] for line in lonely] == ["misses the TTFT bound by 11 %."] * 2


def test_answers_of_a_question_lead_into_the_comparison() -> None:
    assert compare_address("use-cases/chatbot", ["api:a:x y", "b"]) == (
        "compare/?plans=use-cases/chatbot~api:a:x%20y,use-cases/chatbot~b"
    )
    assert compare_address("use-cases/chatbot", ["alone"]) == ""
    ranking = next(c for c in small_site().results.cases if c.case.id == "chatbot").ranking
    link = next(h for h in re.findall(r'href="../../(compare/[^"]+)"', articles()["use-cases/chatbot/"]))
    asked = [unquote(item.partition("~")[2]) for item in link.partition("=")[2].split(",")]
    assert asked[:2] == [ranking.recommended, ranking.unverified]
    assert len(asked) == len(set(asked)) <= MOST


def test_each_class_of_a_cell_leads_to_the_planner_with_that_class() -> None:
    html = articles()["plans/512-256/conversational/10/"]
    for name in ("small", "medium"):
        assert f"tools/planner/?profile=512-256&amp;slo_class=conversational&amp;load=10&amp;class={name}" in html


def test_use_case_shows_its_formula_with_numbers() -> None:
    case = next(c for c in small_site().results.cases if c.case.id == "chatbot")
    assert formula(case.case, case.workload.qps, case.workload.peak_qps) == (
        "1,000 users × 20 % active at a time × 0.4 requests a minute ÷ 60 = 1.33 requests/s;"
        " × 2 = 2.67 requests/s at peak"
    )


def test_what_was_left_out_is_counted_with_its_reason() -> None:
    case = next(c for c in small_site().results.cases if c.case.id == "chatbot")
    said = text(articles()["use-cases/chatbot/"])
    assert case.ranking.excluded
    for reason, n in case.ranking.excluded:
        assert f"{reason} {n}" in said


def test_what_can_be_taken_away_or_binds_for_long_is_never_recommended() -> None:
    answers = page_of(use_cases, "use-cases/chatbot/").context["table"]["answers"]
    assert [(a["title"], a["kind"], a["status"]) for a in answers] == [
        ("Cheapest that meets it", "rented", "likely"),
        ("Cheapest, latency not verified", "API", "not verified"),
        ("Cheaper with a commitment or on spare capacity", "spot", "likely"),
    ]


def test_hardware_that_is_bought_links_to_no_seller() -> None:
    html = articles()["use-cases/chatbot/"]
    assert "H100 SXM that you buy" in text(html)
    assert "providers/own/" not in html


def test_every_cell_of_the_grid_has_a_page_with_its_question() -> None:
    grid = [p for p in plans.pages(small_site()) if p.path != "plans/"]
    assert len(grid) == 80
    page = next(p for p in grid if p.path == "plans/512-256/conversational/10/")
    assert page.title == ("Short exchange, 512 → 256 tokens, conversational, 10 requests per second: what is cheapest?")
    assert [s["class"] for s in page.context["sections"]] == ["small", "medium", "large", "frontier"]


def test_short_list_keeps_the_cheapest_dependable_plan() -> None:
    case = next(c for c in small_site().results.cases if c.case.id == "chatbot")
    index = SiteIndex(small_site())
    rows = plan_table("plans", "x", case.ranking, index, 1)["rows"]
    assert [r["kind"] for r in rows] == ["API", "spot", "rented"]
    assert [r["rank"] for r in rows] == sorted(r["rank"] for r in rows)
    rows = plan_table("plans", "x", case.ranking, index, 4)["rows"]
    assert [r["kind"] for r in rows] == ["API", "API", "spot", "rented"]


def test_where_nothing_is_recommended_the_page_says_what_would_help() -> None:
    index = SiteIndex(small_site())
    ranking = next(c for c in small_site().results.cases if c.case.id == "chatbot").ranking
    apis = tuple(r for r in ranking.plans if r[1].kind == "api")
    looser = Relaxation((("ttft", 1.2),), 3)
    nothing = replace(ranking, plans=apis, recommended="", lists={}, pareto=(), relaxation=looser)
    said = plan_table("plans", "x", nothing, index, 5)["relaxation"]
    assert said == "No plan is known to meet this target. The least that would help: the TTFT bound 20 % looser."
    committed = replace(ranking, recommended="", relaxation=None)
    table = plan_table("plans", "x", committed, index, 5)
    assert table["relaxation"].startswith("Without a commitment, spare capacity or bought hardware, no plan")
    assert table["answers"][-1]["title"] == "Meets it with a commitment or on spare capacity"
    assert plan_table("plans", "x", ranking, index, 5)["relaxation"] == ""


def test_unmeasured_latency_is_said_once_and_not_as_a_figure() -> None:
    html = articles()["use-cases/chatbot/"]
    assert '<td colspan="4" class="none">not measured</td>' in html
    assert 'class="chip chip-unknown" href="../../guides/reading-a-plan/#the-target">not verified</a>' in html


def test_times_have_their_band_and_a_plan_its_reasons() -> None:
    ranking = next(c for c in small_site().results.cases if c.case.id == "chatbot").ranking
    best = next(p for _, p in ranking.plans if p.id == ranking.recommended)
    assert best.prediction is not None and best.capacity is not None
    low, high = (best.prediction.ttft_ms * f for f in best.prediction.ttft_band)
    row = next(
        r for r in page_of(use_cases, "use-cases/chatbot/").context["table"]["rows"] if r["id"] == ranking.recommended
    )
    assert row["times"]["ttft_band"] == f"{low:.0f}–{high:.0f}"
    assert (
        f"Idle: ${best.capacity.usd_idle:,.0f} a month, {best.capacity.idle_share:.0%}".replace("%", " %") in row["why"]
    )
    assert f"Limited by: {best.binds}." in row["why"]
    assert f"Replicas: {best.capacity.rule}." in row["why"]
    assert "Added for risk in comparisons: " in row["why"]
    for said in best.assumptions:
        assert said in row["why"]


def test_plan_row_carries_the_exact_cost() -> None:
    for _, plan in small_site().results.cases[0].ranking.plans:
        assert (
            f'data-plan-id="{plan.id}" data-usd-per-month="{plan.usd_per_month:.2f}"'
            in articles()["use-cases/chatbot/"]
        )


def test_gpu_page_has_the_spread_of_each_commitment() -> None:
    context = page_of(gpus, "gpus/h100-sxm/").context
    assert [(s["commitment"], s["lowest"], s["count"]) for s in context["spreads"]] == [
        ("on demand", "$2.50", 1),
        ("spot", "$1.25", 1),
        ("reserved 1 year", "$2.00", 1),
    ]
    assert "$0.0312" in text(articles()["gpus/h100-sxm/"])  # 2.50 / 80 GiB


def test_measured_speed_is_tokens_per_second_and_gpu() -> None:
    """64 in flight, 140 ms + 1,023 × 18 ms, 1,024 tokens, two GPUs: 64 / 18.554 × 1,024 / 2 = 1,766."""
    speeds = page_of(gpus, "gpus/h100-sxm/").context["speeds"]
    row = next(s for s in speeds if s["lengths"] == "1,024 → 1,024")
    assert (row["concurrency"], row["rate"], row["per_user"]) == (64, "1,770", "55.6")


def test_health_shows_disagreements_side_by_side_and_unknown_names() -> None:
    said = text(articles()["health/"])
    assert "genai-prices $0.60 (2026-11-12)" in said
    assert "LiteLLM model price map $0.143 (2026-11-20)" in said
    assert "never-heard-of (2)" in said
    assert "unlisted-host (2)" in said
    assert "Mystery 9000 (1)" in said
    assert "7 no price (such as some-model)" in said


def test_source_is_late_when_its_age_says_so() -> None:
    rows = {s["id"]: s["state"] for s in page_of(health, "health/").context["sources"]}
    assert rows["litellm"] == "fresh"
    assert rows["models-dev"] == "late"


def test_source_that_was_never_read_is_not_painted_fresh() -> None:
    site = small_site()
    state = replace(site.state, snapshots={k: v for k, v in site.state.snapshots.items() if k != "models-dev"})
    page = next(iter(health.pages(replace(site, state=state))))
    row = next(s for s in page.context["sources"] if s["id"] == "models-dev")
    assert row["state"] == "never read"
    assert "—" in str(row["observed"])


def test_every_source_is_named_with_licence_and_attribution() -> None:
    said = unescape(articles()["data-sources/"])
    for source in small_site().registry.sources:
        assert f'id="{source.id}"' in said
        assert source.licence in said
        assert source.attribution in said


def test_names_file_finds_models_providers_and_gpus_without_prose(tmp_path: Path) -> None:
    names = json.loads(names_file(small_site(), tmp_path))
    rows = set(zip(names["titles"], names["paths"], names["kinds"], strict=True))
    assert ("Closed XL", "models/closed-xl/", "model") in rows
    assert ("Hostly & Sons", "providers/hostly/", "provider") in rows
    assert ("H100 SXM", "gpus/h100-sxm/", "GPU") in rows
    with speaking("de"):
        german = json.loads(names_file(small_site(), tmp_path))
    assert "de/use-cases/chatbot/" in german["paths"]
    assert "1 Anbieter" in german["details"]
    assert {p for p in names["paths"] if not p.startswith(OTHERS)} <= set(articles())
