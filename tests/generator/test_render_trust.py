"""A reader can see who states a price, from which field, on which terms, how well it holds, and what warns of it."""

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest

from generator.exchange import listed_prices
from generator.render.pages import gpus, models, providers
from generator.render.price_evidence import in_meter_words
from generator.render.row_choice import priced_rows
from generator.render.site_index import SiteIndex
from generator.render.sku_facts import LIMIT_UNKNOWN, observation
from generator.render.templates import article_of, environment
from generator.sync.statements import SkuFacts
from tests.generator.rendered_pages import TEMPLATES, Outline, text
from tests.generator.small_site import AS_OF, offer, site_of, state
from tests.generator.trust_site import PRICE_PAGE, THEIR_WORDS, trust_articles, trust_site

MODEL, PROVIDER = "models/open-70b/", "providers/hostly/"
_ROW = re.compile(
    r"<tr(?: class=\"ended\")?><th scope=\"row\">(?:(?!</tr>).)*</tr>\n<tr class=\"why\">.*?</tr>", re.DOTALL
)


def rows_of(path: str, word: str) -> list[str]:
    """The rows of SKUs on a page that name a word, each with its details."""
    found = [row for row in _ROW.findall(trust_articles()[path]) if word in text(row.partition("</tr>")[0])]
    assert found, f"{path} has no row {word}"
    return found


def details(path: str, word: str) -> str:
    return text(rows_of(path, word)[0].partition('<tr class="why">')[2])


def priced_pages() -> list[str]:
    return [
        p for p, html in trust_articles().items() if re.match(r"(models|providers)/[^/]+/$", p) and "data-usd" in html
    ]


def test_page_of_prices_names_each_source_with_its_home_terms_and_date() -> None:
    site = trust_site()
    for path in priced_pages():
        of = path.split("/")[1]
        shown = [*(o.evidence for o in site.offers if of in (o.model, o.provider))]
        shown += [r.evidence for r in site.rentals if r.provider == of]
        sources = {e.source for evidence in shown for e in evidence}
        assert sources, path
        for source in (site.registry.source[s] for s in sources):
            found = re.search(rf'<tr id="source-{source.id}">.*?</tr>', trust_articles()[path], re.DOTALL)
            assert found, f"{path} does not name {source.id}"
            assert f'<a href="{source.homepage}"' in found[0]
            row = text(found[0])
            assert source.title in row
            assert source.licence in row
            assert source.attribution in row
            assert site.state.snapshots[source.id].observed_at in row


def test_source_table_counts_what_each_source_states_agrees_and_differs() -> None:
    html = trust_articles()[PROVIDER]
    row = re.search(r'<tr id="source-genai-prices">.*?</tr>', html, re.DOTALL)
    assert row is not None
    # 0.44 is within 1 % of 0.4375; 0.90 for 0.60 is not. Of seven prices of the provider it knows two.
    assert "2026-11-12 2 of 7 1 1" in text(row[0])
    gone = re.search(r'<tr id="source-models-dev">.*?</tr>', html, re.DOTALL)
    assert gone is not None, "a source that has withdrawn its rows is still named"
    assert "0 of 7 0 0" in text(gone[0])


def test_facts_only_source_says_that_only_figures_are_taken() -> None:
    row = re.search(r'<tr id="source-openrouter">.*?</tr>', trust_articles()[MODEL], re.DOTALL)
    assert row is not None
    assert "API terms: figures only" in text(row[0])


@pytest.mark.parametrize("path", [MODEL, PROVIDER])
def test_row_says_who_says_what_from_which_field(path: str) -> None:
    said = details(path, "openlab/open-70b")
    assert (
        "LiteLLM model price map 2026-11-20, cites hostly.example : in $0.4375, out $0.60 and 1 further price" in said
    )
    assert "input_cost_per_token, output_cost_per_token, output_flex" in said
    assert "genai-prices 2026-11-12: in $0.44; differs: out $0.90 input_mtok, output_mtok" in said
    assert (
        "models.dev 2026-08-20: in $0.50 (not since 2026-11-01), out $0.70 (not since 2026-11-01) input, output" in said
    )
    assert "Flex: out $0.30" in said


@pytest.mark.parametrize("path", [MODEL, PROVIDER])
def test_cited_price_page_is_linked_in_the_row_and_in_the_table(path: str) -> None:
    html = trust_articles()[path]
    link = f'<a href="{PRICE_PAGE}" rel="noopener nofollow">hostly.example</a>'
    assert link in rows_of(path, "openlab/open-70b")[0]
    assert html.count(link) == 2
    assert "javascript:" not in html, "only http addresses become links"


def test_row_links_each_source_to_its_line_in_the_table() -> None:
    for path in priced_pages():
        html = trust_articles()[path]
        assert set(re.findall(r'href="#(source-[^"]*)"', html)) <= set(Outline(html).ids), path


def test_disagreement_shows_its_id_and_what_explains_it() -> None:
    site = trust_site()
    key = next(o.key for o in site.offers if o.sku == "openlab/open-70b" and str(o.meter) == "output.text.token")
    dispute = SiteIndex(site).disputes[key]
    assert f"Disagreement out {dispute.id}: open, nothing explains it." in details(MODEL, "openlab/open-70b")
    assert "3 sources, 1 differs, 1 more price" in text(rows_of(MODEL, "openlab/open-70b")[0])
    older = replace(site.state.snapshots["genai-prices"], observed_at="2026-08-01")
    changed = replace(site, state=replace(site.state, snapshots=site.state.snapshots | {"genai-prices": older}))
    page = next(p for p in models.pages(changed) if p.path == MODEL)
    html = text(article_of(environment(TEMPLATES), AS_OF)(page))
    assert f"{dispute.id}: genai-prices: an older observation (2026-08-01)." in html


def test_statement_that_is_held_back_is_listed_with_its_reason() -> None:
    for path, listed in ((MODEL, True), (PROVIDER, True), ("models/closed-xl/", False), ("providers/acme/", False)):
        html = trust_articles()[path]
        assert ('id="held-back"' in html) == listed, path
        if listed:
            said = text(html.partition('id="held-back"')[2])
            assert "models.dev" in said
            assert "text input, batch" in said
            assert "$4.38 $0.4375 10 times the price of text input, flex at litellm" in said.replace("$4.375", "$4.38")


def test_retired_id_carries_its_chip_and_is_not_the_lowest_price() -> None:
    (row,) = rows_of(MODEL, "unlisted-host")
    assert row.startswith('<tr class="ended">')
    assert re.search(
        r'<th scope="row">.*<a class="chip chip-gone" href="../../glossary/#life-cycle"'
        r' title="retired on 2026-10-01 \(LiteLLM [^"]*">retired<',
        row,
    )
    assert "Life cycle deprecated on 2026-06-01 (LiteLLM model price map), retired on 2026-10-01" in text(row)
    page = next(p for p in models.pages(trust_site()) if p.path == MODEL)
    assert page.context["input"]["count"] == 3  # openlab, hostly, acme
    still = replace(trust_site(), as_of="2026-09-30")
    assert not SiteIndex(still).ended(next(s for s in SiteIndex(still).skus if s.provider == "unlisted-host"))


def test_dead_endpoint_is_flagged_and_its_price_struck_out() -> None:
    (row,) = rows_of("models/tiny-1b/", "Hostly")
    assert row.startswith('<tr class="ended">')
    assert ">does not answer</a>" in row
    page = next(p for p in models.pages(trust_site()) if p.path == "models/tiny-1b/")
    assert page.context["input"]["lowest"] == "$0.05", "nobody can buy the cheaper one"
    assert "2 ids" not in text(trust_articles()[PROVIDER])
    assert "1 id is retired or no longer answers" in text(trust_articles()[PROVIDER])


@pytest.mark.parametrize("path", [MODEL, PROVIDER])
def test_answer_longer_than_the_context_is_flagged(path: str) -> None:
    row = rows_of(path, "openlab/open-70b")[0]
    assert "answer &gt; context</a>" in row
    assert "the longest answer, 262,144 tokens, exceeds the context of 131,072" in unescape(row)
    assert "answer &gt; context" not in rows_of(path, "tiny-1b" if path == PROVIDER else "unlisted-host")[0]


def test_lifecycle_warnings_are_chips() -> None:
    assert ">deprecated</a>" in rows_of("models/closed-xl/", "Acme AI")[0]
    own = rows_of(MODEL, "Open Lab")[0]
    assert ">retires 2027-01-15</a>" in own
    assert "retired" not in own


@pytest.mark.parametrize("path", [MODEL, PROVIDER])
def test_form_of_the_weights_is_beside_the_name(path: str) -> None:
    row = rows_of(path, "openlab/open-70b")[0]
    assert 'title="weights served as fp8 (OpenRouter public model list)">fp8</a></th>' in row


def test_model_sums_up_what_its_sellers_serve() -> None:
    facts = {
        f["term"]: f["value"] for f in next(p for p in models.pages(trust_site()) if p.path == MODEL).context["facts"]
    }
    assert facts["Served as"] == "fp8 at 1 provider"
    assert facts["Observed"] == "45 tokens/s at 1 provider"


def test_context_and_longest_answer_are_in_the_row_and_exact_in_its_details() -> None:
    row = rows_of("models/closed-xl/", "Acme AI")[0]
    assert '<td class="n" data-value="200000 64000">200k / 64k</td>' in row
    assert "Context 200,000 tokens, longest answer 64,000 (LiteLLM model price map)." in text(row)


def test_rate_limits_are_stated_or_said_to_be_unknown() -> None:
    assert "Rate 500 requests a minute (LiteLLM model price map)." in details(PROVIDER, "openlab/open-70b")
    assert "Rate 9,000 tokens a minute (OpenRouter public model list)." in details(MODEL, "Open Lab")
    for path in priced_pages():
        for row in _ROW.findall(trust_articles()[path]):
            assert ("a minute" in row) != (f"<b>Rate</b> {LIMIT_UNKNOWN}." in row), path


def test_observations_say_how_many_requests_and_who_saw_them() -> None:
    seen = "Observed 45 tokens/s and TTFT 452 ms at the median, uptime 99.73 %, 1,286 requests"
    assert f"{seen} (OpenRouter public model list)." in details(MODEL, "openlab/open-70b")
    silent = SkuFacts(provider="p", sku="s", uptime=1.0)
    assert observation(silent) == "uptime 100 %, number of requests unknown"


def test_alias_says_what_it_stands_for() -> None:
    assert "Stands for open-70b-2026 today (OpenRouter public model list)." in details(MODEL, "Open Lab")


def test_free_text_of_a_facts_only_source_is_on_no_page() -> None:
    assert trust_site().registry.source["openrouter"].share == "facts"
    for path, html in trust_articles().items():
        assert THEIR_WORDS not in html, path
    assert "Note for residents." in text(trust_articles()["models/closed-xl/"]), "that of an open source is"


def test_converted_price_shows_what_the_vendor_lists_and_the_rate() -> None:
    row = next(r for r in rows_of("models/closed-xl/", "china"))
    assert 'data-usd="1">$1.00<' in row
    said = text(row)
    assert 'title="listed in CNY, converted into dollars">CNY</a>' in row
    assert "Listed in 6.818 CNY and out 68.18 CNY, converted at 6.818 CNY to the dollar (2026-08-22)." in said
    assert "LiteLLM model price map 2026-11-20: in 6.818 CNY and out 68.18 CNY" in said, "a source's own figure"


def test_listed_price_survives_the_conversion() -> None:
    site = trust_site()
    listed = listed_prices(site.state.offers, site.registry.exchange_rates, AS_OF)
    assert {key[3] for key in listed} == {"china"}
    published = {o.key: o for o in site.offers}
    for key, found in listed.items():
        assert key[4] == "USD"
        assert published[key].price == found.offer.price / found.rate.units_per_usd
        assert found.offer.currency == "CNY"
        assert found.offer.price in (Decimal("6.818"), Decimal("68.18"))


def test_regions_of_one_price_share_a_row() -> None:
    (row,) = rows_of("models/tiny-1b/", "Open Lab")
    assert "global, au, eu and 2 more" in text(row)
    assert "Regions global, au, eu, jp, us." in text(row)
    index = SiteIndex(trust_site())
    (merged,) = [r for r in priced_rows(index.skus) if r.sku.provider == "openlab" and r.sku.sku == "tiny-1b"]
    assert merged.regions == ("global", "au", "eu", "jp", "us")
    dearer = replace(merged.skus[1], offers=tuple(replace(o, price=o.price * 2) for o in merged.skus[1].offers))
    assert len(priced_rows([merged.skus[0], dearer])) == 2


def test_page_of_many_sellers_stays_light_and_shows_each_before_any_twice() -> None:
    st = state()
    evidence = "litellm:in=1 genai-prices:in=2 models-dev:in=3 openrouter:in=1"
    meters = ("input.text.token", "output.text.token", "input.text.token;cache=read", "output.text.token;tier=flex")
    st.offers += [
        offer(f"host-{n:02}", f"{spelling}open-70b", meter, "1", evidence)
        for n in range(40)
        for spelling in ("", "openlab/")
        for meter in meters
    ]
    site = site_of(st)
    for kind, path in ((models, MODEL), (providers, PROVIDER)):
        page = next(p for p in kind.pages(site) if p.path == path)
        html = article_of(environment(TEMPLATES), AS_OF)(page)
        assert len(re.findall(r"<[a-zA-Z]", html)) <= 1_350, "the header, the drawer and the footer take 150"
    page = next(p for p in models.pages(site) if p.path == MODEL)
    names = [r["provider"] for r in page.context["rows"]]
    assert 15 < len(names) < 40
    assert len(set(names)) == len(names)
    assert page.context["total"] == 83


def test_gpu_page_names_the_source_of_each_rental() -> None:
    site = trust_site()
    source = site.registry.source["tardellirs"]
    html = trust_articles()["gpus/h100-sxm/"]
    assert html.count(f'<a href="{source.homepage}" rel="noopener nofollow">{source.title}</a>, 2026-08-19') == 3
    assert source.attribution in unescape(html)
    assert [
        r["source"]["title"] for r in next(p for p in gpus.pages(site) if p.path == "gpus/b200/").context["rentals"]
    ]
    paid = [replace(r, source_url="https://neo.example/gpus") for r in site.rentals]
    page = next(p for p in gpus.pages(replace(site, rentals=tuple(paid))) if p.path == "gpus/b200/")
    assert page.context["rentals"][0]["source"]["href"] == "https://neo.example/gpus"


def test_lists_of_lowest_prices_say_where_the_sources_are() -> None:
    for path in ("models/", "models/by/openlab/"):
        assert "Who states it, and on which terms, is on the page of its model" in text(trust_articles()[path])


def test_reasons_are_in_the_words_of_the_page() -> None:
    assert in_meter_words("the price of input.text.token;above_tokens=128000 at portkey") == (
        "the price of text input, prompts over 128,000 tokens at portkey"
    )
    assert in_meter_words("10^-1 times that of a.b.c") == "0.1 times that of a.b.c"
    assert in_meter_words("10^3 times") == "1,000 times"
