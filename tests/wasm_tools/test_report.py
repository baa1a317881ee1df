"""The one-page report: what it must say, in two forms with the same content, and safe whatever its names are."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.wasm_tools.catalogues import catalogue
from wasm_tools.methods import report
from wasm_tools.plan_report.html import STYLE
from wasm_tools.plan_report.markdown import begun, escaped
from wasm_tools.planner import Catalogue
from wasm_tools.workload.traffic import InputError

FORM: dict[str, Any] = {
    "prompt_tokens": 1024, "output_tokens": 1024, "qps": 1, "peak_factor": 2, "class": "medium", "ttft_ms": 500,
    "itl_ms": 35, "e2e_ms": 40_000,
}  # fmt: skip
FACTS = {
    "build": "0123456789ab",
    "own_grade": "D",
    "providers": {"neocloud": "Neo Cloud"},
    "sources": {"litellm": ["LiteLLM", "2026-11-19"]},
}
HOSTILE = "</title><script>alert(1)</script> [x](javascript:y) `*_|# <img src=x onerror=y> &lt; http://a.b www.c.d"


def asked(found: Catalogue | None = None, **more: Any) -> dict[str, Any]:
    params = {"form": FORM, "facts": FACTS, "grades": {"B": ["rented:neocloud:x:global"]}, **more}
    return report.answer(params, {"planner": found or catalogue()})


def test_a_report_says_everything_that_a_decision_needs() -> None:
    made = asked()
    text = made["markdown"]
    titles = [s["title"] for s in made["report"]["sections"]]
    assert titles[:3] == ["Answer", "Alternatives", "Question"]
    assert {"What binds", "Assumptions", "Sources", "How to read this"} <= set(titles)
    assert made["report"]["figure"].startswith("$")
    for words in ("a month", "90 % band", "err by", "2026-11-20", made["id"], "0123456789ab", "Neo Cloud"):
        assert words in text
    assert made["file"] == f"atlas-plan-{made['id']}"
    assert re.fullmatch("[0-9a-f]{12}", made["id"])


def test_a_cost_is_never_said_to_be_below_the_replica_that_is_paid() -> None:
    made = asked()["report"]
    month = next(row for s in made["sections"] for p in s["parts"] for row in p.get("rows", []) if row[0] == "A month")
    low, high = (float(dollars.replace(",", "")) for dollars in re.findall(r"\$([\d,.]+)", month[2]))
    assert 0 < low <= float(month[1].strip("$").replace(",", "")) <= high


def shown(html: str) -> str:
    """The texts of a page, as a reader sees them."""

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.words: list[str] = []

        def handle_data(self, data: str) -> None:
            if self.lasttag != "style":
                self.words.append(data)

    reader = Reader()
    reader.feed(html)
    return " ".join(" ".join(reader.words).split())


def test_both_forms_hold_the_same_content() -> None:
    made = asked(name="Chat", note="for the\nboard")
    page = shown(made["html"])
    plain = re.sub(r"\\(.)", r"\1", made["markdown"])
    for section in made["report"]["sections"]:
        for part in section["parts"]:
            cells = [c for row in part.get("rows", []) for c in row]
            for words in (section["title"], part.get("text", ""), *part.get("lines", []), *cells):
                assert " ".join(words.split()) in page
                assert words in plain


def test_a_page_loads_nothing_and_runs_nothing_whatever_its_name() -> None:
    made = asked(name=HOSTILE[:80], note=HOSTILE)
    html = made["html"]
    assert re.findall(r"<(script|img|iframe|link|object|a|form)\b", html) == []
    assert re.findall(r"\son\w+=|\sstyle=|\ssrc=|\shref=", re.sub(r"&\w+;.*?&\w+;", "", html)) == []
    assert html.count("<style>") == 1
    assert "default-src 'none'; style-src 'sha256-" in html
    assert STYLE in html
    assert HOSTILE[:40] in shown(html)


def test_markdown_shows_signs_and_makes_nothing_of_them() -> None:
    assert escaped("a|b `c` *d* [e](f) <g> &h;") == r"a\|b \`c\` \*d\* \[e\](f) \<g\> \&h;"
    assert escaped("http://x www.y a@b") == r"http\://x www\.y a\@b"
    assert escaped("two\nlines") == "two lines"
    assert [begun(t) for t in ("# a", "- a", "1. a", "1.5 a", "--- ", "+5 %", "=")] == [
        r"\# a", r"\- a", r"1\. a", "1.5 a", r"\---", "+5 %", r"\=",
    ]  # fmt: skip


def test_another_plan_has_another_report_and_the_recommended_one_the_id_of_the_question() -> None:
    made = asked()
    alternatives = next(s for s in made["report"]["sections"] if s["title"] == "Alternatives")
    assert alternatives["parts"][0]["rows"]
    recommended = dict(made["report"]["facts"])["Plan"]
    assert asked(plan=recommended) == made
    from wasm_tools.methods import plan

    others = [p["id"] for p in plan.answer({"form": FORM}, {"planner": catalogue()})["plans"] if p["id"] != recommended]
    other = asked(plan=others[0])
    assert other["id"] != made["id"]
    assert "Recommended" not in dict(other["report"]["facts"])
    table = next(s for s in other["report"]["sections"] if s["title"] == "Alternatives")["parts"][0]
    assert table["rows"][0][1] == "recommended"
    assert len(table["rows"]) == len(alternatives["parts"][0]["rows"]), "the recommended plan in its own place"
    with pytest.raises(InputError, match="plan: 'api:no' is not an answer"):
        asked(plan="api:no")


def test_a_chart_shows_what_the_table_of_alternatives_says() -> None:
    made = asked()
    table, words = next(s for s in made["report"]["sections"] if s["title"] == "Alternatives")["parts"]
    costs = [made["report"]["figure"].strip("$"), *(row[2] for row in table["rows"])]
    (picture,) = re.findall(r"<figure>(<svg.*?</svg>)<figcaption>", made["html"])
    assert re.findall(r'text-anchor="start"[^>]*>([\d,.]+)</text>', picture) == costs
    bars = [float(width) for width in re.findall(r'<rect[^>]* width="([\d.]+)"', picture)]
    amounts = [float(cost.replace(",", "")) for cost in costs]
    assert bars == pytest.approx([max(bars) * usd / max(amounts) for usd in amounts], abs=0.11)
    assert 'role="img" aria-label="US dollars a month' in picture
    least, most = (f"${cost(amounts):,.2f}" for cost in (min, max))
    assert words["text"].endswith(f"{len(costs)} plans, {least} to {most}.")
    assert words["text"] in made["markdown"].replace("\\", "")


def test_a_question_without_a_plan_has_a_report_that_says_why() -> None:
    made = asked(form=FORM | {"ttft_ms": 0.5})
    assert made["report"]["figure"] == "No plan"
    assert "looser" in made["report"]["figure_words"]
    assert [s["title"] for s in made["report"]["sections"]][-2:] == ["Question", "How to read this"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"facts": None}, "facts"),
        ({"facts": {**FACTS, "sources": {"a": [1]}}}, "facts"),
        ({"grades": []}, "facts"),
        ({"name": "a\u202eb"}, "name"),
        ({"note": 7}, "note"),
        ({"form": None}, "form"),
        ({"form": FORM | {"qps": "x"}}, "qps"),
    ],
)
def test_bad_input_is_refused_by_name(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        asked(**wrong)
    assert caught.value.field == field


@pytest.mark.native("starts another Python")
def test_a_report_is_the_same_whatever_the_hash_seed_and_the_time_zone() -> None:
    code = "import json, tests.wasm_tools.test_report as t; print(json.dumps(t.asked(name='x')))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("99", "Asia/Tokyo"))
    }
    assert [json.loads(one) for one in found] == [asked(name="x")]
