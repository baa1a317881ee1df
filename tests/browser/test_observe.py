"""The page of observations in Chromium: real files give CPython's figures, bad ones are refused, texts stay texts."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page

from tests.browser.test_pages import AXE, RUN
from tests.wasm_tools.test_observe import RESULT
from tests.wasm_tools.test_observe_cluster import UNSCHEDULABLE, deployment, listed, node, pod
from wasm_tools.observe.cluster.remedies import read_remedies
from wasm_tools.observe.report import read_files, report
from wasm_tools.outcomes.reading import read_outcomes

pytestmark = [pytest.mark.browser, pytest.mark.site]

ROOT = Path(__file__).parents[2]
REAL = sorted((ROOT / "tests" / "payloads" / "observed").glob("*.json"))
SWEEP = ROOT / "tests" / "payloads" / "observed" / "sweep"
EXAMPLE = ROOT / "data" / "registry" / "observe" / "example"
HOSTILE = "<img src=x onerror=alert(1)>"
CLUSTER = listed(pod("chat-1-a", **UNSCHEDULABLE), deployment(2, 1), node("2"))


def file(name: str, content: str | bytes) -> FilePayload:
    body = content.encode() if isinstance(content, str) else content
    return {"name": name, "mimeType": "application/json", "buffer": body}


def give(page: Page, *files: FilePayload) -> None:
    """Choose files and wait until the page has read them."""
    page.set_input_files("[data-choose]", list(files))
    settled(page)


def settled(page: Page) -> None:
    page.wait_for_selector("#observe-status[data-state=done]")


def saved(page: Page, form: str) -> str:
    with page.expect_download() as download:
        page.click(f"[data-save={form}]")
    return Path(download.value.path()).read_text(encoding="utf-8")


def test_the_example_is_held_against_its_plan_and_the_planner_is_asked_again(page: Page, site_address: str) -> None:
    asked: list[str] = []
    page.add_init_script(AXE)
    page.goto(f"{site_address}tools/observe/")
    assert "simulated server" in page.inner_text(".observe-drop")  # what the example is of, before it is shown
    page.wait_for_selector("html[data-engine=ready]")
    page.on("request", lambda request: asked.append(request.url))
    page.click("[data-example]")
    page.wait_for_selector("#again-answer table tbody tr")
    assert "7.945" in page.inner_text("#verdict h2") and "Keeps" in page.inner_text("#verdict h2")
    assert page.locator("#levels tbody tr").count() == 3
    assert "holds up to 7.945 requests/s and is missed at 10.86" in page.inner_text("#levels").replace(", and", " and")
    assert page.locator("#times .band-picture[role=img]").count() == 3
    assert "inside" not in page.inner_text("#times") and "in the band" in page.inner_text("#times")
    assert page.evaluate(RUN, None) == []
    page.click("#levels tbody button[aria-pressed=false] >> nth=1")
    page.locator("#verdict h2", has_text="Misses").wait_for()
    assert "missed" in page.inner_text("#times")
    page.fill("[name=peak]", "60")
    page.click("#again-form button")
    page.locator("#again-answer", has_text="60 requests/s").wait_for()
    record = json.loads(saved(page, "json"))
    assert record["asked_again"]["load"]["peak_qps"] == 60
    assert saved(page, "md").startswith("# Observed") and saved(page, "csv").startswith("file,tool")
    own = ("blob:", "data:", f"{site_address}assets/engine/")  # the next visit's Python may be loaded meanwhile
    assert [url for url in asked if not url.startswith(own)] == []  # nothing is sent anywhere


def test_an_outcome_file_is_saved_with_what_the_reader_states(page: Page, site_address: str) -> None:
    page.add_init_script(AXE)
    page.goto(f"{site_address}tools/observe/")
    give(page, file(REAL[0].name, REAL[0].read_bytes()))
    page.click("#take-along summary")
    assert page.evaluate(RUN, None) == []
    typed = {"measured_by": "A tester", "model": "llama-3.1-8b-instruct", "gpu": "h100-sxm", "gpus": "1"}
    for name, value in (typed | {"tensor_parallel": "1", "engine_version": "0.33.0"}).items():
        page.fill(f"#outcome-form [name={name}]", value)
    for name, value in {"tier": "simulated", "licence": "CC-BY-4.0", "precision": "bf16"}.items():
        page.select_option(f"#outcome-form [name={name}]", value)
    page.click("#outcome-form button")
    page.locator("#outcome-form [role=status]", has_text="engine").wait_for()  # the one that is missing
    page.select_option("#outcome-form [name=engine]", "vllm")
    with page.expect_download() as download:
        page.click("#outcome-form button")
    (outcome,) = read_outcomes(Path(download.value.path()).read_text(encoding="utf-8"))
    assert (outcome["tier"], outcome["requests"], outcome["measured_by"]) == ("simulated", 30, "A tester")
    assert "no measurement" in page.inner_text("#outcome-form [role=status]")


def test_real_files_of_both_clients_give_the_figures_of_cpython(page: Page, site_address: str) -> None:
    files = [(path.name, path.read_bytes()) for path in (*REAL, SWEEP / "metrics.txt", EXAMPLE / "plan.json")]
    files.append(("levels.json", (SWEEP / "guidellm-0.8.1.json").read_bytes()))
    page.goto(f"{site_address}tools/observe/")
    give(
        page,
        *(file(name, content) for name, content in files),
        file("c.json", json.dumps(CLUSTER)),
    )
    shown = json.loads(saved(page, "json"))
    read = read_files([*files, ("c.json", json.dumps(CLUSTER).encode())])
    rows = tomllib.loads((ROOT / "data/registry/observe/remedies.toml").read_text(encoding="utf-8"))["remedy"]
    ours: dict[str, Any] = json.loads(json.dumps(report(read, read_remedies(rows), read.predictions[0])))
    assert {name: shown[name] for name in ours} == ours
    assert page.locator("#levels tbody tr").count() == len(REAL) + 3  # one of them has two levels


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"model_id": "m", "completed": 3', "only a part of it"), ("", "empty"), ('{"a": 1}', "none of the known"),
        (json.dumps(RESULT).replace("2.0", "NaN"), "no number"), ("[" * 5000, "no JSON"), (b"\x00\xff\x10", "UTF-8"),
    ],
    ids=["torn", "empty", "wrong", "nan", "deep", "binary"],
)  # fmt: skip
def test_bad_files_are_refused_in_words_and_the_page_goes_on(
    page: Page, site_address: str, content: str | bytes, said: str
) -> None:
    page.goto(f"{site_address}tools/observe/")
    give(page, file("bad.json", content))
    assert "bad.json" in page.inner_text("#refused") and said in page.inner_text("#refused")
    assert not page.locator("#take-along").is_visible()
    give(page, file("good.json", json.dumps(RESULT)))
    assert "1.5" in page.inner_text("#verdict")
    assert "bad.json" in page.inner_text("#refused")


def test_a_huge_file_is_read_and_texts_of_files_stay_texts(page: Page, site_address: str) -> None:
    gaps = [[0.01] * 500] * 4000  # 2 million gaps, 12 MB
    hostile = RESULT | {"model_id": HOSTILE, "label": HOSTILE, "itls": gaps}
    crashing = pod(HOSTILE, containerStatuses=[{"state": {"waiting": {"reason": HOSTILE, "message": HOSTILE}}}])
    page.goto(f"{site_address}tools/observe/")
    give(
        page,
        file(f"{HOSTILE.replace('/', '')}.json", json.dumps(hostile)),
        file("c.json", json.dumps(listed(crashing))),
    )
    assert page.locator("#observe-answer img").count() == 0 and page.locator(".chosen img").count() == 0
    assert HOSTILE in page.inner_text("#verdict") and HOSTILE in page.inner_text("#clusters")
    assert "10" in page.inner_text("#times")


def test_the_cluster_is_pasted_with_reasons_and_remedies(page: Page, site_address: str) -> None:
    page.add_init_script(AXE)
    page.goto(f"{site_address}tools/observe/")
    page.click(".observe-drop summary >> nth=0")
    page.fill("[data-paste]", json.dumps(CLUSTER))
    page.click(".observe-drop button[type=submit]")
    settled(page)
    words = page.inner_text("#clusters")
    assert "Unschedulable" in words and "Insufficient nvidia.com/gpu" in words and "add a node" in words
    assert "more asked for than there are" in words and "NVIDIA-L4" in words
    assert not page.locator("#again").is_visible() and page.locator("#verdict > *").count() == 0
    assert page.evaluate(RUN, None) == []


def test_a_saved_scenario_is_the_prediction(page: Page, site_address: str) -> None:
    form = {
        "models": ["llama-3.1-8b-instruct"],
        "prompt_tokens": 100,
        "output_tokens": 20,
        "qps": 1,
        "kinds": ["rented"],
    }
    kept = {"version": 1, "scenarios": [{"name": "Chat", "form": form}, {"name": "Odd", "form": {"qps": "x"}}]}
    page.goto(f"{site_address}tools/observe/")
    page.evaluate("(text) => localStorage.setItem('atlas.scenarios', text)", json.dumps(kept))
    page.reload()
    page.select_option("[name=against]", "scenario:Chat")
    give(page, file("m.json", json.dumps(RESULT)))
    assert "Times against the plan" in page.inner_text("#times")
    page.wait_for_selector("#again-answer table tbody tr")
    page.select_option("[name=against]", "none")
    page.wait_for_selector("#times .band-picture", state="detached")
    page.select_option("[name=against]", "scenario:Odd")
    page.wait_for_selector("#observe-status.field-error")
    page.evaluate("localStorage.clear()")


def test_in_german_on_a_phone_nothing_scrolls_sideways(page: Page, site_address: str) -> None:
    page.add_init_script(AXE)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site_address}de/tools/observe/")
    page.click("[data-example]")
    page.wait_for_selector("#again-answer table tbody tr")
    assert "Hält sein Ziel bei 7,945 Anfragen/s" in page.inner_text("#verdict")
    assert "würde der Planer wieder 1 Replikat mit 4 × l4, bf16 (jarvis-labs) wählen" in page.inner_text(
        "#again-answer"
    )
    assert "in der Spanne" in page.inner_text("#times") and "Laststufen" in page.inner_text("#levels")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.querySelectorAll('*').length") <= 1_500
    assert page.evaluate(RUN, None) == []
    page.emulate_media(media="print")
    assert not page.locator(".observe-drop").is_visible() and page.locator("#times").is_visible()
