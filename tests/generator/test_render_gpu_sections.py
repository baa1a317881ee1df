"""The sections of a GPU page: ranges by provider, models that fit, and what a million tokens cost."""

from dataclasses import replace
from decimal import Decimal

import pytest

from generator.render.fitting_models import fit_rows
from generator.render.pages import gpus
from generator.render.rental_spread import provider_spread
from generator.render.site_index import site_index
from generator.render.speeds import usd_per_million
from tests.generator.rendered_pages import articles, page_of, text
from tests.generator.small_site import rental, small_site


def test_range_of_a_provider_covers_its_regions() -> None:
    rows = [
        replace(rental("neocloud", f"h100-{n}", "H100 SXM", price), region=region, gpu="h100-sxm")
        for n, (price, region) in enumerate((("2.50", "us"), ("3.10", "eu"), ("2.75", "us")))
    ] + [replace(rental("hostly", "h", "H100 SXM", "1.25", "spot"), gpu="h100-sxm")]
    found = provider_spread(rows, site_index(small_site()))
    assert found is not None
    assert found["columns"] == ["on demand", "spot"]
    assert [(r["provider"], r["regions"], [c["words"] for c in r["cells"]]) for r in found["rows"]] == [
        ("Neocloud", "2 regions", ["$2.50–3.10", ""]),
        ("Hostly & Sons", "", ["", "$1.25"]),
    ]
    assert found["rows"][0]["cells"][0]["exact"] == "2.5 3.1"


def test_gpu_without_rentals_has_no_ranges() -> None:
    assert provider_spread([], site_index(small_site())) is None


def test_million_tokens_cost_the_hours_that_they_take() -> None:
    # 1,000 tokens/s are 3.6 M an hour
    assert usd_per_million(Decimal("3.60"), 1000.0) == Decimal(1)


def test_cost_of_the_page_is_that_of_the_cheapest_rental_that_plans_use() -> None:
    context = page_of(gpus, "gpus/h100-sxm/").context
    assert context["rent"] == {
        "price": "$2.50", "exact": "2.5", "provider": "Neocloud", "href": "providers/neocloud/",
    }  # fmt: skip
    row = context["speeds"][0]
    wanted = 2.5 * 1e6 / (float(row["rate_exact"]) * 3600)
    assert float(row["usd"].removeprefix("$")) == pytest.approx(wanted, rel=0.01)
    said = text(articles()["gpus/h100-sxm/"])
    assert "$ per 1M output tokens is computed" in said
    assert "$2.50 per GPU-hour on demand at Neocloud" in said


def test_models_that_fit_are_the_largest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    index = site_index(small_site())
    forms = tuple(f for rows in index.of_models.weights.values() for f in rows if f.precision == "fp8")[:1]
    mine = {"open-70b": tuple(f.model_copy(update={"model": "open-70b", "repo": "openlab/open-70b"}) for f in forms)}
    monkeypatch.setitem(index.of_models.__dict__, "weights", mine)
    monkeypatch.setitem(index.of_models.__dict__, "found", {})
    rows = fit_rows(index.data.registry.gpu["h100-sxm"], index)
    assert [(r["precision"], r["gpus"], [m["name"] for m in r["models"]]) for r in rows] == [
        ("fp8", "2 to 8 GPUs of a machine", ["Open 70B"])
    ]
    assert rows[0]["models"][0]["size"].endswith("GB on 2")
