"""The small site with a history: news, corrections, hostile names, and one day with more than a page can show."""

from dataclasses import replace
from functools import cache

from generator.render.page import SiteData
from generator.sync.state import PriceEvent
from tests.generator.small_site import small_site

EVIL = 'evil"><script>alert(1)</script>&\x08\ufffe]]>'
TEXT, OUTPUT = "input.text.token", "output.text.token"


def event(date: str, at: str, sku: str, meter: str, kind: str, old: str, new: str, **more: str) -> PriceEvent:
    said = {"region": "global", "currency": "USD", "sources": "litellm", "already": ""} | more
    return PriceEvent(date=date, provider=at, sku=sku, meter=meter, kind=kind, old=old, new=new, **said)


def events() -> list[PriceEvent]:
    """Events of four days. On the first one the lists of LiteLLM and genai-prices were known already."""
    many = [
        event("2026-11-20", "hostly", f"openlab/open-70b-{n}", meter, "repriced", "1", f"1.{n + 100}")
        for n in range(60)
        for meter in (TEXT, OUTPUT)
    ]
    return [
        event("2026-06-01", "acme", "closed-xl", TEXT, "repriced", "4", "3"),
        event("2026-06-01", "hostly", "openlab/open-70b", TEXT, "repriced", "0.60", "0.50", sources="genai-prices"),
        event("2026-08-05", "neocloud", "h100-od", "gpu_hour;on_demand", "repriced", "2", "2.50", sources="tardellirs"),
        event("2026-11-12", "hostly", EVIL, TEXT, "listed", "", "0.25"),
        event("2026-11-12", "hostly", EVIL, TEXT, "repriced", "0.25", "0.50", region=EVIL, currency="CNY"),
        event("2026-11-20", "acme", "closed-xl", TEXT, "repriced", "3", "2"),
        event("2026-11-20", "acme", "closed-xl", OUTPUT, "repriced", "10000", "10"),
        event("2026-11-20", "acme", "closed-xl", f"{TEXT};tier=batch", "listed", "", "1"),
        event("2026-11-20", "acme", "gone-1", TEXT, "ended", "7", ""),
        event("2026-11-20", "stranger", "x", TEXT, "listed", "", "1"),
        *many,
    ]


@cache
def history_site() -> SiteData:
    """The small site whose state has these events."""
    site = small_site()
    return replace(site, state=replace(site.state, events=events()))
