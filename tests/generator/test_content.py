"""The hand-written pages and the tables of the standard grid: links resolve, files exist, keys fit together."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.render.run import FIRST, PAGE_KINDS
from wasm_tools.models.cards import CAPABILITY_CLASSES
from wasm_tools.pricing.meters import parse_meter

ROOT = Path(__file__).parents[2]
CONTENT = ROOT / "content"
REGISTRY = ROOT / "data" / "registry"
PAGES = sorted(CONTENT.rglob("*.md"))
# Rendered from data by the generator, so not in content/.
GENERATED = ("/de/", "/tools/", *(f"/{kind.replace('_', '-')}/" for kind in PAGE_KINDS if kind != FIRST))
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)")
IMAGE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
ADDRESS = re.compile(r"\bhttps?://[^\s)>\]\"'`|]+")
HEADING = re.compile(r"^#{1,6} (.+)$", flags=re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)
# Put together from parts: no file of the project may name these hosts, this one included.
FORBIDDEN_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"), ("python" + "hosted", "org"), ("npm" + "js", "org"), ("npm" + "js", "com"),
        ("js" + "delivr", "net"), ("un" + "pkg", "com"), ("cdnjs", "cloudflare", "com"), ("deb", "debian", "org"),
        ("fonts", "google" + "apis", "com"), ("fonts", "gstatic", "com"), ("google-" + "analytics", "com"),
    )
)  # fmt: skip


def registry_entries(name: str, key: str) -> list[dict[str, Any]]:
    return tomllib.loads((REGISTRY / name).read_text(encoding="utf-8"))[key]


def homepages() -> list[str]:
    return [source["homepage"] for source in registry_entries("sources.toml", "source")]


def anchors(text: str) -> set[str]:
    """The ids that the site gives to the headings of a page."""
    plain = (re.sub(r"[^\w\s-]", "", title.lower()).strip() for title in HEADING.findall(FENCE.sub("", text)))
    return {re.sub(r"[\s-]+", "-", title) for title in plain}


def link_problems(page: Path, text: str) -> Iterator[str]:
    """Links of a page that lead nowhere. Relative ones name files; absolute ones name generated pages."""
    prose = FENCE.sub("", text)
    for target in [*LINK.findall(prose), *IMAGE.findall(prose)]:
        if ADDRESS.match(target):
            continue
        path, _, anchor = target.partition("#")
        if path.startswith("/"):
            if not path.startswith(GENERATED):
                yield f"{page.name}: {target} is not a generated page"
            continue
        file = (page.parent / path).resolve() if path else page
        if not (file.is_file() and file.is_relative_to(CONTENT)):
            yield f"{page.name}: {target} is not a file of content/"
        elif anchor and anchor not in anchors(text if file == page else file.read_text(encoding="utf-8")):
            yield f"{page.name}: {target} has no such heading"


def host_problems(page: Path, text: str) -> Iterator[str]:
    """Addresses outside the homepages of the sources, and hosts that the project must not name."""
    allowed = homepages()
    for address in ADDRESS.findall(text):
        address = address.rstrip(".,;")
        if not any(address == home or address.startswith(home + "/") for home in allowed):
            yield f"{page.name}: {address} is not below the homepage of a source"
    yield from (f"{page.name} names {host}" for host in FORBIDDEN_HOSTS if host in text.lower())


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(CONTENT).as_posix())
def test_internal_links_resolve(page: Path) -> None:
    assert list(link_problems(page, page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(CONTENT).as_posix())
def test_page_names_no_host_but_the_sources(page: Path) -> None:
    assert list(host_problems(page, page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "CHANGELOG.md", "NOTICE", "LICENSE"])
def test_project_papers_name_no_forbidden_host(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").lower()
    assert [host for host in FORBIDDEN_HOSTS if host in text] == []


def test_project_papers_link_to_existing_files() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    targets = LINK.findall(text)
    assert targets
    assert [t for t in targets if not (ROOT / t).is_file()] == []


def test_files_that_a_contributor_is_sent_to_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:data|generator|wasm_tools|tests|content|site_templates)/[\w./-]+)`", text)
    tables = re.findall(r"`(\w+\.(?:csv|toml))`", text)
    assert len(paths) > 20
    assert "gpu_serving.csv" in tables
    assert [p for p in paths if not (ROOT / p).exists()] == []
    assert [name for name in tables if not (REGISTRY / name).is_file()] == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[a](nowhere.md)", "is not a file of content/"),
        ("[a](../README.md)", "is not a file of content/"),
        ("[a](glossary.md#no-such-word)", "has no such heading"),
        ("[a](#no-such-part)", "has no such heading"),
        ("[a](/no-such-room/)", "is not a generated page"),
        ("![a](picture.png)", "is not a file of content/"),
    ],
)
def test_broken_link_is_found(text: str, problem: str) -> None:
    (found,) = link_problems(CONTENT / "api.md", text)
    assert problem in found


def test_good_links_pass() -> None:
    text = "# One part\n[a](glossary.md#ttft) [b](#one-part) [c](/models/llama/) [d](guides/reading-a-plan.md)"
    assert list(link_problems(CONTENT / "api.md", text)) == []


def test_foreign_and_forbidden_hosts_are_found() -> None:
    page = CONTENT / "api.md"
    assert list(host_problems(page, f"see {homepages()[0]} and {homepages()[0]}/issues.")) == []
    assert list(host_problems(page, "https://example.org/x")) != []
    assert list(host_problems(page, f"{homepages()[0]}-copy")) != []
    for host in FORBIDDEN_HOSTS:
        assert list(host_problems(page, f"from {host.upper()}")) == [f"api.md names {host}"]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(CONTENT).as_posix())
def test_front_matter_of_a_page_is_read_and_not_printed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if text.startswith("---\n"):
        assert isinstance(yaml.safe_load(text.split("---\n")[1]), dict)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(CONTENT).as_posix())
def test_page_has_one_title(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    assert len(re.findall(r"^# .+$", text, flags=re.MULTILINE)) == 1


def test_meters_of_the_api_page_are_meters() -> None:
    blocks = FENCE.findall((CONTENT / "api.md").read_text(encoding="utf-8"))
    meters = [line for block in blocks if block.startswith("```\n") for line in block.splitlines()[1:-1]]
    assert len(meters) >= 5
    assert [str(parse_meter(line)) for line in meters] == meters


def test_glossary_explains_the_terms_of_serving() -> None:
    found = anchors((CONTENT / "glossary.md").read_text(encoding="utf-8"))
    assert {
        "offer", "meter", "evidence", "grade", "gpu-offer", "model-card", "gpu-card", "workload", "slo", "plan",
        "evidence-tier", "usage-line", "ttft", "itl", "tpot", "e2e", "isl-and-osl", "p50-p95-p99", "qps", "tp",
        "kv-cache", "moe", "closed-loop", "open-loop", "capability-class", "queueing", "capacity", "headroom", "band",
        "anchored", "modelled", "observation", "status", "near-miss", "recommendation", "risk-premium", "close-call",
        "pareto-set", "cold-start", "reserved", "quality-score", "comparator", "speculative-decoding",
    } <= found  # fmt: skip


def test_every_source_is_named_in_the_methodology_and_the_notice() -> None:
    methodology = (CONTENT / "methodology.md").read_text(encoding="utf-8")
    notice = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
    for source in registry_entries("sources.toml", "source"):
        assert source["homepage"] in methodology, source["id"]
        assert source["attribution"] in notice, source["id"]


def test_use_cases_name_profiles_and_classes_that_exist() -> None:
    profiles = {entry["id"] for entry in registry_entries("profiles.toml", "profile")}
    classes = {entry["id"] for entry in registry_entries("slo_classes.toml", "slo_class")}
    cases = registry_entries("use_cases.toml", "use_case")
    assert len({case["id"] for case in cases}) == len(cases) == 9
    for case in cases:
        assert case["profile"] in profiles, case["id"]
        assert case["slo_class"] in classes, case["id"]
        assert case["minimum_class"] in CAPABILITY_CLASSES, case["id"]
        assert 0 < case["active_fraction"] <= 1, case["id"]
        assert case["peak_factor"] >= 1, case["id"]
        assert case["question"].endswith("?"), case["id"]


def test_every_profile_and_class_serves_a_use_case() -> None:
    cases = registry_entries("use_cases.toml", "use_case")
    assert {c["profile"] for c in cases} == {p["id"] for p in registry_entries("profiles.toml", "profile")}
    assert {c["slo_class"] for c in cases} == {s["id"] for s in registry_entries("slo_classes.toml", "slo_class")}


def test_experience_classes_loosen_in_order() -> None:
    classes = registry_entries("slo_classes.toml", "slo_class")
    assert [c["id"] for c in classes] == ["instant", "conversational", "interactive", "deferred", "batch"]
    for metric in ("ttft_ms", "itl_ms"):
        bounds = [c[metric] for c in classes]
        assert bounds == sorted(set(bounds))


def test_ids_of_profiles_and_loads_say_what_they_hold() -> None:
    for profile in registry_entries("profiles.toml", "profile"):
        assert profile["id"] == f"{profile['prompt_tokens']}-{profile['output_tokens']}"
    for load in registry_entries("loads.toml", "load"):
        assert load["id"] == load["requests_per_second"]
        assert load["peak_factor"] >= 1


@pytest.mark.mirror
def test_use_case_figures_are_those_of_the_reference(reference_dir: Path) -> None:
    """Activity, rate and peak of each use case stand in the reference's table of workload parameters."""
    names = {
        "chatbot": "chatbot_conversational", "code-completion": "code_completion",
        "code-generation": "code_generation_detailed", "translation": "translation",
        "content-generation": "content_generation", "short-summarization": "summarization_short",
        "document-qa": "document_analysis_rag", "long-document-summarization": "long_document_summarization",
        "research-legal-analysis": "research_legal_analysis",
    }  # fmt: skip
    text = (reference_dir / "compass.md").read_text(encoding="utf-8")
    for case in registry_entries("use_cases.toml", "use_case"):
        line = next(
            row for row in text.splitlines() if re.match(rf"\| {names[case['id']]} \| \w*(poisson|periodic)", row)
        )
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert float(cells[2]) == case["active_fraction"], case["id"]
        assert float(cells[3]) == case["requests_per_active_user_per_minute"], case["id"]
        assert float(cells[5]) == case["peak_factor"], case["id"]
        assert cells[6].partition(" / ")[0] == case["slo_class"], case["id"]
