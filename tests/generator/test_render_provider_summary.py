"""What a provider page says in short, by hand."""

from decimal import Decimal

from generator.render.pages import providers
from generator.render.provider_summary import category_rows, range_words
from generator.render.site_index import site_index
from tests.generator.rendered_pages import articles, page_of, text
from tests.generator.small_site import small_site


def test_language_models_have_a_row_for_tokens_in_and_one_for_tokens_out() -> None:
    index = site_index(small_site())
    rows = category_rows(index.skus_of_provider["hostly"], index)
    assert [(r["first"], r["name"], r["ids"], r["models"], r["unit"], r["lowest"], r["highest"]) for r in rows] == [
        (True, "Language models", 3, 2, "1M tokens in", "$0.01", "$0.4375"),
        (False, "Language models", 3, 2, "1M tokens out", "$0.02", "$0.143"),
    ]
    assert rows[0]["href"] == "workloads/llm/"


def test_other_work_is_counted_in_its_own_unit() -> None:
    index = site_index(small_site())
    rows = category_rows(index.skus_of_provider["acme"], index)
    assert [(r["name"], r["unit"], r["median"]) for r in rows if r["name"] == "Speech to text"] == [
        ("Speech to text", "audio hour", "$0.36")
    ]


def test_median_of_an_even_number_lies_between_the_middle_two() -> None:
    assert range_words([Decimal(4), Decimal(1), Decimal(2), Decimal(3)])["median"] == "$2.50"


def test_facts_count_prices_grades_and_sources() -> None:
    facts = {f["term"]: f["value"] for f in page_of(providers, "providers/hostly/").context["facts"]}
    assert facts["Prices"] == "6 prices: 3 model ids"
    assert facts["Currency"] == "US dollars"
    assert sum(int(part.split()[1]) for part in facts["Grades"].split(", ")) == 6
    assert "LiteLLM" in facts["Stated by"]
    assert "GPU rental" in text(articles()["providers/neocloud/"])
