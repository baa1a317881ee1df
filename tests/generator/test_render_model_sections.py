"""The sections of a model page: prices by condition, GPU sets, scores, predictions, plans, and what would change it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from generator.render.memory_sets import LENGTHS, cheapest, fewest, holding_sets, lengths_of, memory_rows
from generator.render.model_index import ModelIndex
from generator.render.model_plans import changes
from generator.render.page import SiteData
from generator.render.pages import models
from generator.render.predicted_speed import IN_FLIGHT, OUTPUT, PROMPT, predicted, speed_predictions
from generator.render.price_matrix import CONDITIONS, GROUPS, ROWS, condition_of, has_conditions, matrix, when_words
from generator.render.quality_rows import quality_rows
from generator.render.row_choice import priced_rows
from generator.render.site_index import Sku, site_index
from tests.generator.rendered_pages import articles, page_of, rendered, text
from tests.generator.small_site import offer, site_of, small_site, state
from wasm_tools.hardware.gpus import GpuCard
from wasm_tools.models.quality import QualityScore
from wasm_tools.performance.memory import smallest_gpus
from wasm_tools.planner.rentals import Rental
from wasm_tools.pricing.meters import parse_meter

CONDITIONED = (
    ("input.text.token;tier=batch;above_tokens=128000", "2"),
    ("output.text.token;above_tokens=128000", "15"),
    ("input.text.token;cache=write", "2.50"),
    ("input.text.token;window=0100-0400@mon-fri", "1.50"),
    ("output.text.token;window=0100-0400@mon-fri", "7.50"),
)


@pytest.fixture(scope="module")
def priced_site() -> SiteData:
    st = state()
    st.offers += [offer("acme", "closed-xl", meter, price) for meter, price in CONDITIONED]
    st.offers += [
        offer("acme", "closed-xl", f"{way}.text.token", price, region="eu")
        for way, price in (("input", "2.20"), ("output", "11"))
    ] + [offer("acme", "closed-xl", "input.text.token;tier=flex", "1.10", region="eu")]
    st.offers += [offer("hostly", "closed-xl", f"{way}.text.token", p) for way, p in (("input", "3"), ("output", "9"))]
    return site_of(st)


def context_of(site: SiteData, path: str) -> dict[str, object]:
    return dict(next(p for p in models.pages(site) if p.path == path).context)


def test_matrix_has_a_row_for_every_condition_and_a_column_for_every_meter(priced_site: SiteData) -> None:
    found = context_of(priced_site, "models/closed-xl/")["matrix"]
    assert isinstance(found, dict)
    assert [c["name"] for c in found["columns"]] == ["In", "Cached in", "Cache write", "Out"]
    world, europe = found["groups"]
    assert (world["provider"], world["region"], europe["region"]) == ("Acme AI", "", "eu")
    rows = {r["when"]: [c["price"] for c in r["cells"]] for r in world["rows"]}
    assert rows == {
        "Standard, prompts up to 128,000 tokens, all other hours": ["$2.00", "$0.20", "$2.50", "$10.00"],
        "Standard, prompts over 128,000 tokens, all other hours": ["$4.00", "", "", "$15.00"],
        "Standard, 01:00–04:00 UTC mon–fri": ["$1.50", "", "", "$7.50"],
        "Batch, prompts up to 128,000 tokens": ["$1.00", "", "", "$5.00"],
        "Batch, prompts over 128,000 tokens": ["$2.00", "", "", ""],
    }
    assert {r["when"]: r["times"] for r in world["rows"]}["Batch, prompts up to 128,000 tokens"] == "× 0.5"
    assert {r["when"]: r["times"] for r in europe["rows"]} == {"Standard": "", "Flex": ""}


def test_condition_names_tier_and_variant_before_the_band() -> None:
    conditions = [
        condition_of(parse_meter(f"input.text.token{of}"))
        for of in ("", ";above_tokens=200000", ";variant=fast", ";above_tokens=200000;variant=fast", ";tier=batch")
    ]
    assert sorted(when_words(c, conditions) for c in conditions) == [
        "Batch",
        "Fast, prompts over 200,000 tokens",
        "Fast, prompts up to 200,000 tokens",
        "Standard, prompts over 200,000 tokens",
        "Standard, prompts up to 200,000 tokens",
    ]


def test_matrix_is_on_the_page_with_exact_digits(priced_site: SiteData) -> None:
    html = rendered(priced_site)["models/closed-xl/"]
    assert '<td class="n" data-usd="7.5">$7.50</td>' in html
    assert "Standard, 01:00–04:00 UTC mon–fri" in text(html)
    assert 'scope="rowgroup"' in html


def test_seller_with_plain_prices_alone_is_in_no_matrix(priced_site: SiteData) -> None:
    rows = priced_rows(site_index(priced_site).skus_of_model["closed-xl"])
    assert {r.sku.provider for r in rows if has_conditions(r)} == {"acme"}
    assert page_of(models, "models/open-70b/").context["matrix"] is None
    assert 'id="conditions"' not in articles()["models/open-70b/"]


def test_matrix_stays_small(priced_site: SiteData) -> None:
    index = site_index(priced_site)
    row = next(r for r in priced_rows(index.skus_of_model["closed-xl"]) if r.sku.region == "global")
    meters = [f"input.text.token;above_tokens={n * 1000}" for n in range(1, 40)]
    many = replace(row.sku, offers=(*row.sku.offers, *(offer("acme", "closed-xl", m, "1") for m in meters)))

    def of_twenty(sku: Sku) -> dict[str, Any]:
        sellers = [replace(row, sku=replace(sku, provider=f"host-{n}"), skus=(sku,)) for n in range(20)]
        found = matrix(sellers, "acme", index)
        assert found is not None
        return found

    found = of_twenty(many)
    assert sum(len(g["rows"]) for g in found["groups"]) <= ROWS
    assert all(len(g["rows"]) == CONDITIONS and g["more"] for g in found["groups"])
    assert found["more"] == 20 - len(found["groups"])
    assert len(of_twenty(row.sku)["groups"]) == GROUPS


def test_snapshot_with_the_prices_of_another_id_is_not_repeated(priced_site: SiteData) -> None:
    index = site_index(priced_site)
    row = next(r for r in priced_rows(index.skus_of_model["closed-xl"]) if r.sku.region == "global")
    twin = replace(row.sku, sku="closed-xl-2026-01-01")
    found = matrix([row, replace(row, sku=twin, skus=(twin,))], "acme", index)
    assert found is not None
    assert [g["sku"] for g in found["groups"]] == ["closed-xl"]


@pytest.mark.parametrize("at_once", [1, 16])
@pytest.mark.parametrize("length", [1024, *LENGTHS])
def test_sets_are_those_of_the_memory_model(length: int, at_once: int) -> None:
    registry = small_site().registry
    shape = registry.cards["open-70b"].shape
    assert shape is not None
    gpus = [GpuCard(f"g{n}", f"G{n}", "V", n * 2**30, 3e12, fp8_flops=1e15) for n in (24, 48, 80, 141, 180, 288)]
    for precision in ("bf16", "fp8"):
        kv = "fp8" if precision == "fp8" else "bf16"
        wanted = {g.id: smallest_gpus(shape, precision, g, length, at_once, kv_precision=kv) for g in gpus}
        found = {s.gpu.id: s.count for s in holding_sets(shape, precision, gpus, length, at_once, lambda *_: None)}
        assert found == {gpu: size for gpu, size in wanted.items() if size is not None}


def test_fewest_goes_before_cheapest_and_both_are_named() -> None:
    registry = small_site().registry
    shape = registry.cards["open-70b"].shape
    assert shape is not None
    rents = {"h100-sxm": Decimal(2), "b200": Decimal(5)}
    gpus = list(registry.gpu_cards.values())
    sets = holding_sets(shape, "fp8", gpus, 8192, 1, lambda gpu, n: (rents[gpu] * n, n))
    one, two = fewest(sets), cheapest(sets)
    assert one is not None
    assert two is not None
    assert (one.gpu.id, one.count) == ("b200", 1)
    assert (two.gpu.id, two.count, two.usd_per_hour) == ("h100-sxm", 2, Decimal(4))


def test_whole_machines_are_paid_for() -> None:
    site = small_site()
    eight = Rental("neocloud", "h100-8", "h100-sxm", "global", "rented", Decimal("1.50"), "", count=8)
    single = Rental("neocloud", "h100-1", "h100-sxm", "global", "rented", Decimal("2.50"), "", count=1)
    catalogue = replace(site.results.catalogue, rentals=(eight, single))
    index = ModelIndex(replace(site, results=replace(site.results, catalogue=catalogue)))
    assert index.rent("h100-sxm", 2) == (Decimal("5.00"), 2)
    assert index.rent("h100-sxm", 8) == (Decimal("12.00"), 8)
    assert index.rent("b200", 1) is None


def test_lengths_end_with_the_longest_that_the_model_takes() -> None:
    assert list(lengths_of(40_960)) == [8_192, 32_768, 40_960]
    assert list(lengths_of(131_072)) == [8_192, 32_768, 131_072]
    assert list(lengths_of(4_096)) == [4_096]


def test_model_without_published_weights_has_no_sets() -> None:
    index = site_index(small_site())
    assert "open-70b" not in index.of_models.weights
    assert memory_rows("open-70b", index) == []


def test_prediction_states_its_load_its_band_and_its_evidence() -> None:
    site = small_site()
    d = next(d for d in site.results.catalogue.deployables if d.gpu == "h100-sxm")
    found = predicted(d, site.results.catalogue)
    assert found is not None
    assert found.rate == pytest.approx(
        IN_FLIGHT * OUTPUT / ((found.ttft_ms + (OUTPUT - 1) * found.itl_ms) / 1000) / d.tensor_parallel
    )
    rows = speed_predictions("open-70b", site_index(site))
    assert rows[0]["evidence"] in ("measured", "interpolated", "anchored", "modelled")
    html = articles()["models/open-70b/"]
    assert f"{PROMPT:,} → {OUTPUT:,} tokens, {IN_FLIGHT} requests in flight" in text(html)
    assert 'href="../../methodology/#evidence-tiers">' in html
    assert len({r["gpu"] for r in rows}) == len(rows)


def test_best_plan_of_each_use_case_stands_with_its_cost() -> None:
    rows = page_of(models, "models/open-70b/").context["uses"]
    ranking = next(c for c in small_site().results.cases if c.case.id == "chatbot").ranking
    best = next(p for _, p in ranking.plans if p.model == "open-70b")
    row = next(r for r in rows if r["path"] == "use-cases/chatbot/")
    assert row["month"] == f"${best.usd_per_month:,.0f}"


def test_scores_say_who_ran_them_and_where_they_stand() -> None:
    index = site_index(small_site())
    stated = [
        QualityScore("x", "gpqa", 40.0, "percent", "2026-01-01", "llm-stats-benchmarks", True),
        QualityScore("x", "gpqa", 38.5, "percent", "2026-02-01", "aider", False, setting="high"),
        QualityScore("x", "secret", 99.0, "percent", "2026-02-01", "not-registered", False),
    ]
    rows = quality_rows(stated, index.data.results.catalogue.quality, index)
    assert [(r["benchmark"], r["value"], r["by"], r["setting"]) for r in rows] == [("gpqa", "38.5 %", "others", "high")]


def test_changes_name_the_next_seller_and_its_price() -> None:
    index = site_index(small_site())
    ranked = [s for s in index.skus_of_model["open-70b"] if models.rankable(s, index)]
    said = " ".join(changes(ranked, index))
    assert "Without Hostly & Sons" in said
    assert "at $0.45 in, $0.85 out" in said or "at $0.50 in, $0.80 out" in said
    assert changes([], index) == []
