"""The German pages: nothing in them is English unless it says so, and they lead to each other."""

import re

from generator.publish.links import page_links, resolved
from generator.render.texts import all_texts
from generator.render.translated import base_path, nearest, translated_paths, versions, with_own_links
from tests.generator.german_pages import Words, english, german, words_of
from tests.generator.tool_site import tool_site

# Words that are the same in both languages: terms of the field, names of formats.
SAME = {
    "API", "APIs", "CSV", "GPU", "GPUs", "GiB", "JSON", "TB/s", "Tokens", "Plan", "Chatbot", "Workload", "Median",
    "TTFT, ms", "ITL, ms", "E2E, s", "$ / GiB·h", "Markdown", "Atom", "JSON Feed", "Cloud", "Batch", "Spot",
    "Alternative", "Moderation", "FOCUS", "Budgets", "sample-bill.csv", "sample-month.csv", "sample-ledger.jsonl",
    "Region", "Name", "HTML", "VRAM", "Meter", "AMD", "token_prices.csv", "offers.csv", "offers.json", "gpu_offers.csv",
    "gpu_offers.json",
    "Embeddings", "Reranking", "https://…/pricing", "provider,workload_type,usage_qty,usage_unit,amount_usd",
}  # fmt: skip
# What the query language of the explorer takes: ids, which no language changes.
SAME |= {
    "standard, batch, flex, priority;", "llm, embeddings, vision …;", "llm, image, speech-to-text …;",
    "text, image, audio, video, pdf;", "text, image, audio …;", "fp8, bf16, int4 …;", "token, image, audio_second …;",
    "on_demand, spot, 1y, 3y …;", "NVIDIA, AMD …;",
}  # fmt: skip
# Codes of countries and zones at the head of a table, and a country that both languages call the same.
SAME |= {"EU", "US", "US-GOV", "GB", "CA", "JP", "IN", "AU", "KR", "SG", "BR", "Japan"}
# Ids that the planner offers, its keys, and what its examples hold.
SAME |= {
    "azure-2023-code", "azure-2023-conv", "mlperf-deepseek-r1", "mlperf-llama2-70b", "mlperf-llama3-1-405b",
    "mlperf-llama3-1-8b", "mlperf-mixtral-8x7b", "mooncake-conversation", "africa", "australia", "europe", "india",
    "japan",
    "middle-east", "south-america", "southeast-asia", "us-east", "us-west", "USA", "int8", "int4", "mxfp4", "Ctrl+Z",
    "Ctrl+Y", "h100-sxm=8 l40s=4", "acme llama-3.3-70b-instruct 0.80 1.20\nacme h100-sxm 1.95",
}  # fmt: skip
# Licences and engines of an outcome file, and what German calls an engine.
SAME |= {
    "CC0-1.0", "CC-BY-4.0", "PDDL-1.0", "ODC-By-1.0", "Apache-2.0", "MIT", "BSD-3-Clause", "Engine", "vllm", "sglang",
    "trtllm",
}  # fmt: skip
# How language models that a reader connects are called.
SAME |= {"Anthropic", "http://localhost:11434/v1", "https://api.anthropic.com/v1"}
FIGURES = re.compile(r"(TTFT|ITL|E2E|ms|fp\d+|bf16|vLLM|SGLang|\d[\d.]*[kM]?|\W|\b[A-D]\b)+")


def names() -> set[str]:
    """Names of things and of those who sell or describe them, which no language changes."""
    registry = tool_site().registry
    found = {x.name for rows in (registry.models, registry.gpus, registry.providers) for x in rows}
    found |= {m.developer for m in registry.models} | {s.title for s in registry.sources}
    for o in tool_site().offers:
        found |= {o.provider, o.sku, o.region, o.workload}
    for r in tool_site().rentals:
        found |= {r.provider, r.instance, r.gpu_name, r.region}
    things = [x for rows in (registry.models, registry.gpus, registry.providers) for x in rows]
    return found | {f"{x.name} ({x.id})" for x in things}


def test_nothing_visible_is_english_unless_it_says_so() -> None:
    known = SAME | names()
    for path, html in german().items():
        spoken = set(words_of(english()[base_path(path)][1], "en"))
        left = [w for w in words_of(html, "de") if w in spoken and w not in known and not FIGURES.fullmatch(w)]
        assert left == [], path


def test_no_english_text_of_the_files_stands_in_a_german_page() -> None:
    english_texts = {
        f for key, t in all_texts()["en"].items() for f in t.forms.values() if len(f) > 12 and "{" not in f
    }
    german_texts = {f for t in all_texts()["de"].values() for f in t.forms.values()}
    for path, html in german().items():
        said = set(words_of(html, "de"))
        assert not said & (english_texts - german_texts), path


def test_beside_the_details_of_plans_and_charts_little_is_english() -> None:
    html = re.sub(r'<tr class="why">.*?</tr>', "", german()["de/use-cases/chatbot/"], flags=re.DOTALL)
    found = Words(html, "de").found
    assert any(language == "en" for _, language in found)
    share = sum(len(w) for w, language in found if language == "en") / sum(len(w) for w, _ in found)
    assert share < 0.4, share


def test_german_pages_lead_to_german_pages_and_mark_english_ones() -> None:
    known = translated_paths(tool_site())
    for path, html in german().items():
        for tag in re.findall(r"<a\b[^>]*>", html):
            address = re.search(r'href="([^"]*)"', tag)
            target = resolved(f"{path}index.html", address[1]) if address and address[1][:1] != "#" else None
            if address is None or target is None or not target.endswith("index.html"):
                continue
            page = target.removesuffix("index.html")
            assert page not in known, f"{path}: {address[1]} leads to the English page"
            assert page.startswith("de/") or 'hreflang="en"' in tag, f"{path}: {tag}"
        assert page_links(html)


def test_addresses_of_the_languages() -> None:
    known = {"", "plans/", "models/"}
    assert versions("plans/", known) == {"en": "plans/", "de": "de/plans/"} == versions("de/plans/", known)
    assert versions("models/open-70b/", known) == {}
    assert nearest("models/open-70b/", "de", known) == "de/models/"
    assert nearest("guides/reading-a-plan/", "de", known) == "de/"
    assert nearest("de/plans/", "en", known) == "plans/"


def test_links_of_a_page_in_another_language() -> None:
    given = (
        '<a href="../../plans/#x">p</a><a class="c" href="../../models/o/">m</a><form action="../../plans/?a=b">'
        '<a href="../../api/v1/offers.csv">c</a><a href="https://example.org/">e</a><a href="#here">h</a>'
    )
    assert with_own_links(given, "de/plans/", "de", {"", "plans/"}) == (
        '<a href="../../de/plans/#x">p</a><a class="c" href="../../models/o/" hreflang="en">m</a>'
        '<form action="../../de/plans/?a=b"><a href="../../api/v1/offers.csv">c</a>'
        '<a href="https://example.org/">e</a><a href="#here">h</a>'
    )
    assert with_own_links(given, "plans/", "en", {"", "plans/"}) == given
