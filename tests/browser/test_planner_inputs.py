"""Whatever is entered into the planner's page, it answers or says in words what is wrong: the same as CPython.

Of random inputs there are 100; with ATLAS_FULL=1 (`make test-full`) 300, the same ones first.
"""

import json
import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.random_inputs import random_fields
from tests.browser.shown_plans import expected_rows, site_catalogue
from wasm_tools.methods.plan import answer

pytestmark = [pytest.mark.browser, pytest.mark.site]

NUMBER = 300 if os.environ.get("ATLAS_FULL") else 100
# Writes fields into the page's own controls where there are some, and waits for what the page makes of them.
DRIVE = """async (sets) => {
  const form = document.getElementById('planner-form'), said = [];
  const answer = document.getElementById('answer'), status = document.getElementById('answer-status');
  const settled = () => new Promise((resolve) => {
    const look = () => (answer.hasAttribute('aria-busy') ? setTimeout(look, 2) : resolve());
    look();
  });
  const events = (control) => {
    for (const name of ['input', 'change']) control.dispatchEvent(new Event(name, {bubbles: true}));
  };
  for (const fields of sets) {
    document.querySelector('[data-reset-all]').click();
    for (const [name, value] of Object.entries(fields)) {
      const controls = [...form.querySelectorAll(`[name="${name}"]`)];
      if (controls.length > 1 || controls[0].type === 'checkbox') {
        for (const box of controls) {
          const wanted = box.dataset.switch ? value === '1' : value.split(' ').includes(box.value);
          if (box.checked !== wanted) box.click();
        }
      } else {
        controls[0].value = value;
        events(controls[0]);
      }
    }
    await settled();
    said.push({
      plans: [...document.querySelectorAll('tr[data-plan-id]')].map((r) => [r.dataset.planId, r.dataset.usdPerMonth]),
      status: status.textContent,
      errors: [...form.querySelectorAll('.field-error')].map((e) => e.textContent).filter(Boolean),
      shown: document.querySelector('.tool').innerText,
      address: location.href,
    });
  }
  return said;
}"""
FORMS: tuple[dict[str, Any], ...] = (
    {"use_case": "translation", "users": 250, "class": "large"},
    {"prompt_p50": 400, "prompt_p95": 5000, "output_p50": 80, "output_p95": 700, "qps": 3},
    {"lengths": "azure-2023-code", "qps": 2.5, "pattern": "diurnal", "batchable_share": 0.4},
    {"prompt_spread": [1154.7, 0.96, 1020, 2735, 4083, 4142], "cacheable_share": 0.5, "load": "10"},
    {"percentile": 90, "ttft_percentile": 99, "tokens_per_second": 40, "availability": 0.999, "slo": "interactive"},
    {"from_area": "europe", "to_area": "us-east", "ttft_ms": 900, "itl_ms": 45, "e2e_ms": 20000},
    {"models": ["gpt-oss-120b"], "kinds": ["api", "rented"], "without_providers": ["openrouter"], "tier": "flex"},
    {"gpus": ["h100-sxm", "h200-sxm"], "gpu_limits": {"h100-sxm": 2}, "max_tp": 2, "precisions": ["fp8", "bf16"]},
    {"budget": 4000, "budget_hour": 6, "budget_1k": 0.01, "success_rate": 0.98, "retries": 2, "surcharges": False},
    {"inventory": {"h100-sxm": 9}, "kinds": ["owned", "bought"], "usd_per_kwh": 0.08, "pue": 1.1, "rack_usd_per_kw": 9},
    {"place": "DEU", "kinds": ["bought"], "amortisation_months": 48, "maintenance_share": 0.02, "priority": "low_cost"},
    {"use_case": "chatbot", "min_quality": 60, "context": 64000, "open_weights": True, "tolerance": 0.05},
    {
        "own_gpu": {"name": "X", "memory_gb": 192, "bandwidth_tb_s": 6, "bf16_tflops": 900, "fp8_tflops": 1800,
                    "watts": 800, "usd_per_hour": 1.1, "usd_to_buy": 15000},
        "gpus": ["own-gpu"],
    },
    {"own_prices": [{"provider": "acme", "model": "gpt-oss-120b", "input": 0.01, "output": 0.02, "cached": 0.001}]},
    {
        "own_model": {"name": "acme-9b", "context": 65536, "precision": "fp8", "parameters": 9e9,
                      "active_parameters": 9e9, "layers": 36, "kv_elements": 73728, "hidden": 4096,
                      "attention_width": 4096, "full_layers": 36, "heads": 32, "kv_heads": 8, "vocabulary": 151936,
                      "embedding_parameters": 1.2e9},
        "qps": 4,
    },
)  # fmt: skip


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Mapping) and all(isinstance(n, int) for n in value.values()):
        return " ".join(f"{name}={number}" for name, number in value.items())
    if isinstance(value, dict) or (isinstance(value, list) and isinstance(value[0], dict)):
        return json.dumps(value)
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def opened(page: Page, site_address: str) -> tuple[Page, list[str]]:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.goto(site_address + "tools/planner/")
    page.wait_for_selector("#answer[data-source=engine] tr", timeout=90_000)
    return page, faults


def test_the_same_form_has_the_same_answer_on_both_sides(page: Page, site: Path, site_address: str) -> None:
    page, faults = opened(page, site_address)
    sets = [{name: text_of(value) for name, value in form.items()} for form in FORMS]
    shown = page.evaluate(DRIVE, sets)
    packs = {"planner": (catalogue := site_catalogue(site))}
    for form, found in zip(FORMS, shown, strict=True):
        assert found["errors"] == [], form
        assert found["plans"] == expected_rows(answer({"form": form}, packs), catalogue), form
    assert sum(len(found["plans"]) > 3 for found in shown) > 12
    assert faults == []


def test_random_inputs_are_answered_or_refused_in_words(page: Page, site_address: str) -> None:
    page, faults = opened(page, site_address)
    source = random.Random(19)
    sets = [random_fields(source) for _ in range(NUMBER)]
    shown = page.evaluate(DRIVE, sets)
    assert faults == []
    assert len(shown) == NUMBER
    answered = 0
    for fields, found in zip(sets, shown, strict=True):
        for word in ("NaN", "undefined", "null", "[object"):
            typed = any(word in value for value in fields.values())
            assert typed or word not in found["shown"], (fields, word)
        refused = found["errors"] or "earlier question" in found["status"]
        answered += not refused
        assert refused or "possible plans" in found["status"], (fields, found["status"])
    assert NUMBER / 5 < answered < NUMBER * 0.87
