"""The planner's page in Chromium: an answer before Python, the same answer from Python, errors where they belong."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.shown_plans import expected_rows, site_catalogue
from tests.wasm_tools.outcomes import file_of, run
from wasm_tools.methods.plan import answer
from wasm_tools.planner import Limits, Question, Wishes, ranked_plans, ranking_record
from wasm_tools.planner.own_measurements import points_of_outcomes
from wasm_tools.workload.traffic import Slo, Workload

pytestmark = [pytest.mark.browser, pytest.mark.site]

CELLS = """() => [...document.querySelectorAll('#plans tbody tr:not(.why)')].map(
  row => [...row.cells].slice(0, -1).map(cell => cell.textContent.trim().replace(/\\s+/g, ' ')))"""
AROUND = """() => [...document.querySelectorAll(
  '#answers .answer, #plans tr.why, #near p, #orders p, #plans caption')].map(part => {
    const read = part.cloneNode(true);
    for (const files of read.querySelectorAll('[data-files]')) files.remove();  // the engine alone can make files
    return read.textContent.trim().replace(/\\s+/g, ' ');
  })"""
# What stands in a closed disclosure is written when it opens.
OPEN = "document.querySelectorAll('#answer details:not([data-panel])').forEach((part) => { part.open = true; })"
PLANS = "() => [...document.querySelectorAll('tr[data-plan-id]')].map(r => [r.dataset.planId, r.dataset.usdPerMonth])"


def without_python(page: Page) -> Page:
    """The page on a host where the runtime cannot be loaded."""
    # Else a service worker that an earlier page brought has it.
    page.context.new_cdp_session(page).send("Network.setBypassServiceWorker", {"bypass": True})
    page.route("**/*.wasm.gz", lambda route: route.abort())
    return page


def answered(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector("#answer[data-source=engine] tr", timeout=90_000)
    return page


def around(page: Page) -> list[str]:
    """What stands around the rows, reasons included."""
    page.evaluate(OPEN)
    page.wait_for_timeout(100)
    found: list[str] = page.evaluate(AROUND)
    return found


def asked_again(page: Page) -> None:
    """Wait until the engine has answered the last edit."""
    page.wait_for_timeout(150)
    page.wait_for_selector("#answer:not([aria-busy])", timeout=30_000)


def test_plans_are_shown_before_python_and_survive_its_failure(page: Page, site: Path, site_address: str) -> None:
    without_python(page).goto(site_address + "tools/planner/?profile=1024-1024&slo=batch&load=10&class=large")
    page.wait_for_selector("tr[data-source=precomputed]")
    stored = json.loads((site / "api/v1/plans/1024-1024/batch/10.json").read_text(encoding="utf-8"))
    expected = expected_rows(stored["classes"]["large"], site_catalogue(site))
    assert page.evaluate(PLANS) == expected
    page.wait_for_selector("html[data-engine=failed]", timeout=60_000)
    assert page.locator("tr[data-source=precomputed]").count() == len(expected)
    assert "work without it" in page.inner_text("#runtime")
    assert page.locator("[data-runtime-action]").is_visible()


def test_html_script_and_engine_show_the_same_rows(page: Page, site_address: str) -> None:
    client = page.context.new_cdp_session(page)
    client.send("Emulation.setScriptExecutionDisabled", {"value": True})
    page.goto(site_address + "tools/planner/")
    written, beside = page.evaluate(CELLS), page.evaluate(AROUND)
    client.send("Emulation.setScriptExecutionDisabled", {"value": False})
    assert len(written) == 30
    assert len(beside) > 36
    other = without_python(page.context.new_page())
    other.goto(site_address + "tools/planner/")
    other.wait_for_selector("tr[data-source=precomputed]")
    assert other.evaluate(CELLS) == written
    assert around(other) == beside
    other.close()
    answered(page, site_address + "tools/planner/")
    assert page.evaluate(CELLS) == written
    assert around(page) == beside


def test_limits_of_the_reader_are_kept_and_stand_in_the_address(page: Page, site: Path, site_address: str) -> None:
    answered(page, site_address + "tools/planner/")
    page.select_option("[name=ways]", label="GPUs without commitment")
    page.fill("[name=budget]", "3000")
    page.select_option("[name=percentile]", "90")
    asked_again(page)
    page.wait_for_timeout(300)
    catalogue = site_catalogue(site)
    limits = Limits(kinds=("rented", "serverless"), usd_per_month=3000)
    question = Question(
        Workload(512, 256, 1, 2, "medium"), Slo(300, 30, 300 + 255 * 30 * 1.1, 90), Wishes(limits=limits)
    )
    expected = expected_rows(ranking_record(ranked_plans(question, catalogue)), catalogue)
    assert page.evaluate(PLANS) == expected
    assert len(expected) > 1
    assert "budget=3000" in page.url
    assert "at p90" in page.inner_text("#question")
    again = page.context.new_page()
    answered(again, page.url)
    assert again.evaluate(PLANS) == expected
    again.close()
    page.fill("[name=budget]", "-1")
    page.wait_for_selector("[name=budget][aria-invalid=true]")
    assert "above 0" in page.inner_text("#error-budget")


def test_own_inputs_give_the_plans_of_cpython(page: Page, site: Path, site_address: str) -> None:
    query = "prompt_tokens=700&output_tokens=90&qps=3.5&peak_factor=1.5&ttft_ms=450&itl_ms=30&e2e_ms=4000&class=large"
    answered(page, site_address + "tools/planner/?" + query)
    workload, slo = Workload(700, 90, 3.5, 5.25, "large"), Slo(450.0, 30.0, 4000.0)
    catalogue = site_catalogue(site)
    record = ranking_record(ranked_plans(Question(workload, slo), catalogue))
    expected = expected_rows(record, catalogue)
    assert page.evaluate(PLANS) == expected
    assert len(expected) > 0
    page.evaluate(OPEN)
    page.wait_for_timeout(100)
    left_out = page.locator("#excluded tbody tr").all_inner_texts()
    assert sorted(int(t.split("\t")[-1].replace(",", "")) for t in left_out) == sorted(record["excluded"].values())  # type: ignore[attr-defined]


def test_an_edit_is_answered_in_place_and_its_address_reproduces_it(page: Page, site_address: str) -> None:
    answered(page, site_address + "tools/planner/")
    top = page.locator("#plans").bounding_box()
    page.fill("[name=output_tokens]", "400")
    asked_again(page)
    page.wait_for_timeout(300)
    edited = page.evaluate(PLANS)
    assert "output_tokens=400" in page.url
    assert page.input_value("[name=profile]") == ""
    assert page.locator("#plans").bounding_box()["y"] == top["y"]  # type: ignore[index]
    again = page.context.new_page()
    answered(again, page.url)
    assert again.evaluate(PLANS) == edited
    again.close()


def test_users_become_requests_with_the_formula_shown(page: Page, site: Path, site_address: str) -> None:
    answered(page, site_address + "tools/planner/?use_case=chatbot")
    assert page.input_value("[name=use_case]") == "chatbot"
    assert "1000 users × 0.2 active at a time × 0.4 requests a minute ÷ 60 = 1.333" in page.inner_text("#load-formula")
    stored = json.loads((site / "api/v1/use-cases/chatbot.json").read_text(encoding="utf-8"))
    assert page.evaluate(PLANS) == expected_rows(stored, site_catalogue(site))
    page.fill("[name=users]", "3000")
    asked_again(page)
    assert "= 4 requests/s on average; × 2 = 8 requests/s at peak" in page.inner_text("#load-formula")
    assert page.input_value("[name=use_case]") == "chatbot", "it still says which benchmarks count"
    page.wait_for_url("**/?use_case=chatbot&users=3000")


def test_an_error_stands_at_its_field_and_the_old_answer_says_it_is_old(page: Page, site_address: str) -> None:
    answered(page, site_address + "tools/planner/")
    before = page.evaluate(PLANS)
    wrong = {"prompt_tokens": "0", "output_tokens": "2.5", "qps": "-1", "peak_factor": "0.5", "ttft_ms": "0"}
    for field, value in wrong.items():
        kept = page.input_value(f"[name={field}]")
        page.fill(f"[name={field}]", value)
        page.wait_for_selector(f"[name={field}][aria-invalid=true]")
        assert len(page.inner_text(f"#error-{field}")) > 5, field
        assert f"error-{field}" in (page.get_attribute(f"[name={field}]", "aria-describedby") or ""), field
        assert "earlier question" in page.inner_text("#answer-status"), field
        assert page.evaluate(PLANS) == before, field
        page.fill(f"[name={field}]", kept)
        page.wait_for_selector(f"[name={field}]:not([aria-invalid])")
        asked_again(page)
        assert page.inner_text(f"#error-{field}") == "", field
        assert page.evaluate(PLANS) == before, field


def test_the_last_of_many_edits_is_the_one_that_is_answered(page: Page, site_address: str) -> None:
    answered(page, site_address + "tools/planner/")
    for tokens in ("300", "301", "302", "999", "256"):
        page.fill("[name=output_tokens]", tokens)
    asked_again(page)
    last = page.evaluate(PLANS)
    answered(page, site_address + "tools/planner/")
    assert page.evaluate(PLANS) == last


def test_manifests_are_linked_and_there(page: Page, site: Path, site_address: str) -> None:
    found = ""
    for file in sorted((site / "api/v1/plans").rglob("*.json")):
        record = json.loads(file.read_text(encoding="utf-8"))
        for minimum, ranking in record["classes"].items():
            if any(p["manifest"] for p in ranking["plans"]):
                found = f"profile={record['profile']}&slo={record['slo_class']}&load={record['load']}&class={minimum}"
    assert found, "no plan of the grid has a manifest"
    without_python(page).goto(f"{site_address}tools/planner/?{found}")
    page.wait_for_selector("tr[data-source=precomputed]")
    around(page)
    links = page.evaluate("[...document.querySelectorAll('#plans tr.why a[href*=manifests]')].map(a => a.href)")
    assert links
    for link in links:
        assert (site / link.removeprefix(site_address)).is_file()


def test_the_page_works_without_the_grades(page: Page, site_address: str) -> None:
    page.route("**/grades-*.json.gz", lambda route: route.abort())
    answered(page, site_address + "tools/planner/")
    assert len(page.evaluate(PLANS)) == 30


def test_open_reasons_stay_with_their_plan_and_are_those_of_the_new_answer(page: Page, site_address: str) -> None:
    answered(page, site_address + "tools/planner/?kinds=rented")
    page.locator("tr[data-plan-id] summary").nth(1).click()
    plan = page.locator("tr[data-plan-id]").nth(1).get_attribute("data-plan-id")
    why = page.locator(f'tr[data-plan-id="{plan}"] + tr.why')
    why.get_by_role("button", name="Deployment files").wait_for()
    before = why.inner_text()
    assert page.locator("tr.why .fit").count() == 1, "closed reasons are not written"
    page.fill("[name=output_tokens]", "250")
    asked_again(page)
    assert page.locator("#plans details[open]").count() == page.locator(f'tr[data-plan-id="{plan}"]').count() == 1
    assert why.is_visible()
    assert why.inner_text() != before
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("tr.why .fit").count() == page.locator("tr[data-plan-id]").count()


def test_a_link_below_the_answers_opens_its_panel(page: Page, site_address: str) -> None:
    page.goto(site_address + "tools/planner/#memory")
    page.wait_for_selector("details#memory[open]")
    links = page.locator("#panel-links a")
    for link in links.all():
        panel = page.locator(f"details{link.get_attribute('href')}")
        assert link.inner_text() in panel.locator("> summary").inner_text()
    links.first.press("Enter")
    page.wait_for_selector("details#what-if[open]")
    assert page.evaluate("document.activeElement.parentElement.id") == "what-if"
    assert 0 <= page.locator("#what-if > summary").bounding_box()["y"] < 500  # type: ignore[index]
    assert page.locator("details.tool-panel[data-panel]").count() == links.count()


def test_a_phone_begins_with_the_essential_and_keeps_the_way_to_the_plans_in_view(
    page: Page, site_address: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    answered(page, site_address + "tools/planner/")
    bar = page.locator(".answer-bar a")
    assert page.locator("[name=output_tokens]").is_visible()
    assert not page.locator("[name=ttft_ms]").is_visible()
    assert bar.bounding_box()["y"] + bar.bounding_box()["height"] <= 844  # type: ignore[index]
    assert page.inner_text("#answer-cost") == page.inner_text("#answers .figure").split("/")[0].strip()
    page.fill("[name=output_tokens]", "500")
    asked_again(page)
    assert page.inner_text("#answer-cost") == page.inner_text("#answers .figure").split("/")[0].strip()
    page.click("[data-unfold]")
    assert page.locator("[name=ttft_ms]").is_visible()
    bar.click()
    assert 0 <= page.locator("#question").bounding_box()["y"] < 200  # type: ignore[index]
    assert page.evaluate("window.shifts") < 0.1


def test_no_foreign_request_and_no_policy_violation(page: Page, site_address: str) -> None:
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on(
        "request",
        lambda r: None if re.match(rf"{re.escape(site_address)}|blob:|data:", r.url) else faults.append(r.url),
    )
    answered(page, site_address + "tools/planner/")
    page.fill("[name=output_tokens]", "128")
    asked_again(page)
    assert faults == []


def test_steps_are_taken_back_and_again_by_keys_and_buttons(page: Page, site_address: str) -> None:
    answered(page, site_address + "tools/planner/")
    assert page.locator("[data-undo]").is_disabled()
    page.fill("[name=output_tokens]", "400")
    page.fill("[name=qps]", "3")
    page.keyboard.press("Control+z")
    assert (page.input_value("[name=qps]"), page.input_value("[name=output_tokens]")) == ("1", "400")
    page.click("[data-undo]")
    assert page.input_value("[name=output_tokens]") == "256"
    page.keyboard.press("Control+y")
    page.click("[data-redo]")
    asked_again(page)
    page.wait_for_timeout(300)
    assert page.url.endswith("?output_tokens=400&qps=3")
    page.click("[data-reset-all]")
    asked_again(page)
    page.wait_for_timeout(300)
    assert page.url.endswith("/tools/planner/")
    assert page.input_value("[name=qps]") == "1"


def test_groups_say_what_is_set_in_them_and_an_error_opens_its_group(page: Page, site_address: str) -> None:
    answered(page, site_address + "tools/planner/?gpus=h100-sxm+h200-sxm&max_tp=4")
    group = page.locator("details", has=page.locator("[data-field=gpus]"))
    assert group.locator("[data-set]").text_content() == "2 set"
    assert group.get_attribute("open") is None
    money = page.locator("details", has=page.locator("[data-field=budget_hour]"))
    money.locator("summary").click()
    page.fill("[name=budget_hour]", "0")
    page.wait_for_selector("[name=budget_hour][aria-invalid=true]")
    money.locator("summary").click()
    page.fill("[name=output_tokens]", "300")
    page.wait_for_selector("[name=budget_hour][aria-invalid=true]", state="visible")  # open again
    assert "above 0" in page.inner_text("#error-budget_hour")
    page.click("[data-reset=budget_hour]")
    asked_again(page)
    assert page.inner_text("#error-budget_hour") == ""
    group.locator("summary").click()
    assert group.locator(".chip-button").all_inner_texts() == ["H100 SXM 80GB ×", "H200 SXM 141GB ×"]
    group.locator(".chip-button").first.click()
    group.locator("[data-field=gpus] [data-find]").fill("L40S 48GB")
    page.keyboard.press("Enter")
    asked_again(page)
    page.wait_for_timeout(300)
    assert "gpus=h200-sxm+l40s&" in page.url
    group.locator("[data-reset-group]").click()
    assert group.locator("[data-set]").text_content() == ""


def test_an_own_measurement_is_planned_with_and_named(page: Page, site: Path, site_address: str) -> None:
    """The page answers as CPython does; the field stands in the address, without the name of who measured."""
    catalogue = site_catalogue(site)
    mine = run(engine="trtllm", engine_version="1.2.0")
    answered(page, site_address + "tools/planner/?models=llama-3.1-8b-instruct&kinds=rented&gpus=h100-sxm&slo=deferred")
    page.evaluate("document.querySelectorAll('#planner-form details').forEach((group) => { group.open = true; })")
    page.fill("[data-paste=read_outcome] textarea", file_of(mine | {"tier": "simulated"}))
    page.locator("[data-paste=read_outcome] textarea").blur()
    expect(page.locator("#said-read_outcome")).to_contain_text("a simulator answered")
    page.fill("[data-paste=read_outcome] textarea", file_of(mine))
    page.locator("[data-paste=read_outcome] textarea").blur()
    expect(page.locator("#said-read_outcome")).to_contain_text("1 measured points")
    asked_again(page)
    points, _ = points_of_outcomes([mine], catalogue.models, catalogue.gpus)
    form = {
        "models": ["llama-3.1-8b-instruct"], "kinds": ["rented"], "gpus": ["h100-sxm"], "slo": "deferred",
        "own_measurements": {"points": points},
    }  # fmt: skip
    found = answer({"form": form}, {"planner": catalogue})
    assert page.evaluate(PLANS) == expected_rows(found, catalogue)
    assert any("your own measurement" in words for p in found["plans"] for words in p["basis"])
    page.wait_for_url(re.compile("own_measurements"))
    assert "tester" not in page.url


def test_what_is_pasted_is_read_in_the_page_and_stands_in_the_address(
    page: Page, site: Path, site_address: str
) -> None:
    answered(page, site_address + "tools/planner/")
    page.evaluate("document.querySelectorAll('#planner-form details').forEach((group) => { group.open = true; })")
    node = {
        "metadata": {"labels": {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"}},
        "status": {"allocatable": {"nvidia.com/gpu": "8"}},
    }
    page.fill("[data-paste=read_nodes] textarea", json.dumps({"items": [node, node]}))
    page.locator("[data-paste=read_nodes] textarea").blur()
    expect(page.locator("[name=inventory]")).to_have_value("h100-sxm=16")
    assert "16 × NVIDIA H100 SXM 80GB" in page.inner_text("#said-read_nodes")
    page.check("[name=kinds][value=owned]")
    asked_again(page)
    plans = page.evaluate(PLANS)
    question = Question(
        Workload(512, 256, 1, 2, "medium"),
        Slo(300, 30, 300 + 255 * 30 * 1.1),
        Wishes(limits=Limits(kinds=("owned",))),
        inventory=(("h100-sxm", 16),),
    )
    catalogue = site_catalogue(site)
    assert plans == expected_rows(ranking_record(ranked_plans(question, catalogue)), catalogue)
    assert len(plans) > 3
    page.fill("[data-paste=read_config] textarea", "no JSON")
    page.locator("[data-paste=read_config] textarea").blur()
    expect(page.locator("#said-read_config")).to_contain_text("not JSON")
    trace = "TIMESTAMP,ContextTokens,GeneratedTokens\n" + "".join(
        f"2023-11-16 18:{n // 6:02}:{n % 6 * 10:02}.5000000,{100 + n % 7 * 50},{20 + n % 5}\n" for n in range(120)
    )
    files = [{"name": "trace.csv", "mimeType": "text/csv", "buffer": trace.encode()}]
    page.set_input_files("[data-paste=read_trace] input[type=file]", files)
    expect(page.locator("[name=prompt_spread]")).not_to_have_value("")
    asked_again(page)
    page.wait_for_timeout(300)
    assert page.input_value("[name=qps]").startswith("0.1")
    again = page.context.new_page()
    answered(again, page.url)
    assert again.evaluate(PLANS) == page.evaluate(PLANS)
    again.close()
