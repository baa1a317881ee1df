"""The small site with what makes a reader trust or doubt a price: fields, facts, disputes, statements held back."""

from dataclasses import replace
from functools import cache

from generator.render.page import SiteData
from generator.sync.state import Quarantined
from generator.sync.statements import SkuFacts
from tests.generator.rendered_pages import rendered
from tests.generator.small_site import offer, site_of, state, tokens
from wasm_tools.pricing.offers import Offer

PRICE_PAGE = "https://www.hostly.example/pricing"
THEIR_WORDS = "words of the source"
REGIONS = ("au", "eu", "global", "jp", "us")


def facts(at: str, sku: str, **stated: object) -> dict[tuple[str, str], SkuFacts]:
    return {(at, sku): SkuFacts(provider=at, sku=sku, **stated)}  # type: ignore[arg-type]


def yuan(o: Offer) -> Offer:
    return replace(o, region="china", currency="CNY", note="for residents")


@cache
def trust_site() -> SiteData:
    st = state()
    st.offers = [o for o in st.offers if (o.provider, o.sku) != ("hostly", "openlab/open-70b")]
    said = "litellm:{}_cost_per_token={} genai-prices:{}_mtok={} models-dev:{}={}!2026-11-01"
    st.offers += [
        offer(
            "hostly", "openlab/open-70b", "input.text.token", "0.4375",
            said.format("input", "0.4375", "input", "0.4400", "input", "0.50"),
        ),
        offer(
            "hostly", "openlab/open-70b", "output.text.token", "0.60",
            said.format("output", "0.60", "output", "0.90", "output", "0.70"),
        ),
        offer("hostly", "openlab/open-70b", "output.text.token;tier=flex", "0.30", "litellm:output_flex=0.30"),
        replace(offer("acme", "open-70b", "input.text.token", "0.90", "openrouter:prompt=0.90"), note=THEIR_WORDS),
        offer("acme", "open-70b", "output.text.token", "1.90", "openrouter:completion=1.90"),
        *(yuan(o) for o in tokens("acme", "closed-xl", "6.818", "68.18")),
        *(replace(o, region=r) for r in REGIONS for o in tokens("openlab", "tiny-1b", "0.05", "0.06")),
    ]  # fmt: skip
    st.facts = {
        "litellm": {
            **facts(
                "hostly", "openlab/open-70b", context=131_072, max_output=262_144, requests_per_minute=500,
                source_url=PRICE_PAGE,
            ),
            **facts("unlisted-host", "open-70b", deprecated_on="2026-06-01", retires_on="2026-10-01"),
            **facts("hostly", "tiny-1b", status="dead", context=8_192),
            **facts("acme", "closed-xl", context=200_000, max_output=64_000, status="deprecated"),
        },
        "genai-prices": {**facts("hostly", "openlab/open-70b", source_url="javascript:alert(1)")},
        "openrouter": {
            **facts(
                "hostly", "openlab/open-70b", quantization="fp8", tokens_per_second=45.0, ttft_ms=452.0, uptime=0.9973,
                observed_requests=1286,
            ),
            **facts("openlab", "open-70b", alias_of="open-70b-2026", retires_on="2027-01-15", tokens_per_minute=9_000),
        },
    }  # fmt: skip
    st.quarantine = [
        Quarantined(
            "models-dev", "hostly", "openlab/open-70b", "input.text.token;tier=batch", "global", "USD", "4.375",
            "0.4375", "10^1 times the price of input.text.token;tier=flex at litellm",
        )
    ]  # fmt: skip
    return site_of(st)


@cache
def trust_articles() -> dict[str, str]:
    """Every page of this site: its article by its path."""
    return rendered(trust_site())
