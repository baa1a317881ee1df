"""Measured, estimated and simulated stay apart: who says "measured" has a measurement, on every page and in every file.

Every sentence with the word is one of the forms below; a new one has to be looked at and listed. What a record says
of a plan has to agree with its own evidence, and tables of measurements hold points with an origin and a date.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from generator.render.downloads import download_files
from generator.render.texts import speaking, text
from tests.generator.german_pages import english
from tests.generator.rendered_pages import articles
from tests.generator.rendered_pages import text as plain
from tests.generator.trust_site import trust_site
from wasm_tools.outcomes.fields import TIERS

SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)  # settings of a page; tests of scripts hold what they make
WORD = re.compile(r"\bmeasured\b", re.IGNORECASE)
BLOCKS = re.compile(
    r"</?(?:p|li|td|th|tr|h\d|dd|dt|caption|summary|option|label|small|figcaption|div|title|text)\b[^>]*>"
)
# Kind of page -> forms that may stand there. Digits are written #.
DENIED = (r"not measured", r"[Nn]obody has measured", r"nothing of this kind was measured", r"never measured")
PLANS = (
    *DENIED,
    r"^(?:The time to first token is|TTFT,)? ?physics calibrated on # measured points? of this GPU",
    r"# ranked plans? with a measured or modelled latency",
    r"the model was measured on this GPU, but not just so",
)
FORMS: dict[str, tuple[str, ...]] = {
    "": (*DENIED, "^# measured points$"),
    "plans": PLANS,
    "use-cases": PLANS,
    "models": (*PLANS, "^Measured speed by GPU$", "^Measured$", "with a price or a measured speed"),
    "gpus": (
        *PLANS, "^Measured speed, and what a million tokens cost$", "^Measured$", "^Models are measured on ",
        "^Rental prices per GPU-hour and measured speed", "^the measured tokens per second at the requests in flight",
    ),
    "tools": (
        *PLANS, "^Who measured, to be named$", "^Your measured points", "^what was measured, to plan with and to give",
        "nobody that we know of has measured", "nobody we know of has measured", "no GPU was measured",
    ),
    "health": ("^# measured (?:models without a price|points that cannot be true|engine versions other than)",),
    "data-sources": ("^measured serving speed", "most rows measured by SemiAnalysis"),
    "accuracy": (r".",),  # the page that holds predictions against measurements: both words are on it, defined
    "parity": (r".",),  # titles of what earlier systems asked for
}  # fmt: skip
# What a record may say of a plan whose times nobody measured.
MODELLED = re.compile(
    r"(?:" + "|".join((*DENIED, r"calibrated on [\d,]+ measured points?", r"anchored on measured")) + ")"
)


def sentences(html: str) -> Iterator[str]:
    """The sentences of a page that have the word, figures as #."""
    for block in BLOCKS.split(SCRIPT.sub("", html)):
        for sentence in re.split(r"(?<=[.;:]) ", plain(block)):
            if WORD.search(sentence):
                yield re.sub(r"\d[\d,.]*", "#", sentence).strip()


@cache
def pages() -> dict[str, str]:
    """An article of every page that is made from data, those of the tools and of comparisons included."""
    return {path: article for path, (_, article) in english().items()} | articles()


def unlisted(shown: dict[str, str]) -> set[tuple[str, str]]:
    """Kind of page and sentence of every use of the word that no form allows."""
    bad = set()
    for path, html in shown.items():
        kind = path.partition("/")[0]
        for sentence in sentences(html):
            if not any(re.search(form, sentence) for form in FORMS.get(kind, ())):
                bad.add((kind, sentence))
    return bad


def records(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        yield found
    for value in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from records(value)


def texts(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    for value in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from texts(value)


def false_claims(record: dict[str, Any]) -> list[str]:
    """What a record of a plan says is measured although its own evidence says that it is not."""
    if record["evidence"] == "measured":
        return [] if record["measured_on"] and record["basis"] else ["measured by nobody, on no day"]
    said = [t for t in texts(record) if WORD.search(MODELLED.sub("", t))]
    if record["evidence"] == "unknown":
        said += [name for name in ("ttft_ms", "itl_ms", "e2e_ms", "ttft_band", "itl_band") if record[name] is not None]
        said += ["measured_on"] if record["measured_on"] else []
    elif not record["basis"] or record["ttft_band"] is None:
        said.append("an estimate without basis or band")
    return said


@cache
def files() -> dict[str, bytes]:
    return {path.removeprefix("api/v1/"): body for path, body in download_files(trust_site())}


def plan_records() -> list[dict[str, Any]]:
    bodies = [json.loads(b) for p, b in files().items() if p.endswith(".json") and "schema" not in p]
    return [r for body in bodies for r in records(body) if "measured_on" in r and "evidence" in r]


def test_every_page_says_measured_only_in_the_forms_that_are_listed() -> None:
    assert {path.partition("/")[0] for path in pages()} >= FORMS.keys()
    assert unlisted(pages()) == set()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("plans/a/", "<p>This plan was measured.</p>"),
        ("use-cases/a/", "<td>1,200 ms, measured</td>"),
        ("providers/a/", "<p>Measured: last on 2026-03-01.</p>"),
        ("plans/a/", "<li>Measured: last on 2026-03-01.</li>"),
    ],
)
def test_a_page_that_calls_a_figure_measured_is_seen(path: str, said: str) -> None:
    assert unlisted({path: said}) != set()


def test_every_record_says_of_a_plan_what_its_evidence_is() -> None:
    plans = plan_records()
    assert {r["evidence"] for r in plans} == {"modelled", "unknown"} and len(plans) > 500
    assert [(r["id"], false_claims(r)) for r in plans if false_claims(r)] == []


def test_a_record_that_calls_an_estimate_measured_is_seen() -> None:
    estimate = next(r for r in plan_records() if r["evidence"] == "modelled")
    nothing = next(r for r in plan_records() if r["evidence"] == "unknown")
    assert false_claims({**estimate, "reasons": ["latency as measured"]})
    assert false_claims({**estimate, "evidence": "measured", "basis": []})
    assert false_claims({**estimate, "basis": []})
    assert false_claims({**nothing, "ttft_ms": 12.0})
    assert false_claims({**nothing, "measured_on": "2026-03-01"})


def test_rows_under_the_word_measured_are_points_with_origin_and_date() -> None:
    points = list(csv.DictReader(io.StringIO(files()["benchmarks.csv"].decode())))
    assert points
    for point in points:
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", point["measured"]) and point["origin"], point
    known = {point["measured"] for point in points}
    seen = set()
    for path, html in articles().items():
        for table in re.findall(r"<table[^>]*>.*?</table>", html, re.DOTALL):
            if re.search(r'<th scope="col"[^>]*>Measured</th>', table) and path.startswith(("models/", "gpus/")):
                cells = [plain(row.rsplit("<td", 1)[-1].partition(">")[2]) for row in table.split("<tr>")[2:]]
                assert cells and set(cells) <= known, (path, cells)
                seen.add(path.partition("/")[0])
    assert seen == {"models", "gpus"}


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_classes_have_words_of_their_own(language: str) -> None:
    names = ("measured", "interpolated", "anchored", "modelled", "observed", "simulated", "unknown")
    assert set(TIERS) <= set(names)
    with speaking(language):
        words = [text(f"plan.evidence.{name}") for name in names]
    assert len(set(words)) == len(names) and all(words)
