"""The explorer without its page: rows of a query, choices with counts, currencies, own columns, exports."""

import csv
import io
import json
from functools import cache
from typing import Any

import pytest

from generator.render.api_table import csv_bytes
from generator.render.pages import explore
from generator.render.price_tables import offers_table
from generator.render.texts import DEFAULT, speaking
from tests.generator.tool_site import run_module, tool_site

SCRIPT = """
import { typed } from "./columnar.mjs";
import { usualView } from "./explore_address.mjs";
import { exportedColumns, viewCsv, viewJson } from "./explore_export.mjs";
import { sheetModel } from "./explore_model.mjs";
const { settings, files, asked } = given;
const { blend, task } = settings;
const usual = { sheets: settings.sheets.map(({ id }) => id), currencies: [], blend, task };
console.log(JSON.stringify(asked.map(({ sheet: id, facet, formula, form = "csv", looked, ...patch }) => {
  const sheet = settings.sheets.find((one) => one.id === id);
  const model = sheetModel(sheet, settings);
  for (const file of Object.values(sheet.parts)) model.add(typed(JSON.parse(files[file])));
  const view = { ...usualView(usual), data: id, ...patch };
  if (formula !== undefined) return model.expressionFault(formula, view)?.message ?? "";
  if (facet) return model.choices(sheet.facets.find(({ name }) => name === facet), view);
  const seen = looked && new Map(model.fieldsOf(view).map((field) => [field.name, model.shownColumn(field, view)]));
  const { rows, faults, notes } = model.result(view);
  const columns = exportedColumns(model.fieldsOf(view), (field) => model.columnOf(field, view));
  const labels = (column) => [...rows].map((row) => column.label(column.codes[row]));
  const labelled = ({ field, column }) => [field.name, labels(column)];
  const shown = model.fieldsOf(view).filter((field) => model.columnOf(field, view));
  const both = (field) => [field.name, labels(seen.get(field.name)), labels(model.columnOf(field, view))];
  if (seen) return shown.map(both);
  const as = { currency: view.currency, unit: view.unit };
  const about = { ...as, as_of: "x", query: view.q, address: "y", rate: null };
  const text = form === "csv" ? viewCsv(columns, rows, as) : viewJson(columns, rows, about);
  return { text, faults, notes, labels: Object.fromEntries(columns.map(labelled)) };
})));
"""


@cache
def page(spoken: str) -> tuple[dict[str, Any], dict[str, str]]:
    with speaking(spoken):
        (made,) = explore.pages(tool_site())
    return json.loads(made.context["settings"].replace("\\u003c", "<")), dict(made.data)


def asked(spoken: str = DEFAULT, **one: Any) -> Any:
    settings, files = page(spoken)
    beside = {name.rpartition("/")[2]: body for name, body in files.items()}
    for sheet in settings["sheets"]:
        sheet["parts"] = {part: file.rpartition("/")[2] for part, file in sheet["parts"].items()}
    (answer,) = run_module(SCRIPT, {"settings": settings, "files": beside, "asked": [one]}, spoken)
    return answer


def rows(sheet: str, q: str, **view: Any) -> list[dict[str, str]]:
    answer = asked(sheet=sheet, q=q, **view)
    assert answer["faults"] == []
    return list(csv.DictReader(io.StringIO(answer["text"])))


def test_the_explorers_figures_are_those_of_the_download() -> None:
    keys = ("provider", "sku", "meter", "region")
    text = csv_bytes(offers_table(tool_site())).decode()
    published = {tuple(r[k] for k in keys): r for r in csv.DictReader(io.StringIO(text))}
    shown = {tuple(r[k] for k in keys): r for r in rows("offers", "")}
    assert shown.keys() == published.keys()
    for key, row in shown.items():
        told = published[key]
        assert (row["price"], row["grade"], row["date"]) == (told["price"], told["grade"], told["observed_at"])
    by_tokens = rows("tokens", "tier:standard")
    assert by_tokens
    for row in by_tokens:
        for name, meter in (("input", "input.text.token"), ("output", "output.text.token")):
            known = published.get((row["provider"], row["sku"], meter, row["region"]))
            assert row[name] == (known["price"] if known else "")


def test_terms_columns_and_order_work_together() -> None:
    found = rows("tokens", "open:yes in:<0.5 sort:-in,provider")
    assert [(r["provider"], r["input"]) for r in found] == [("unlisted-host", "0.45"), ("hostly", "0.4375")]
    assert {r["tier"] for r in rows("tokens", "closed -tier:standard")} == {"batch"}


def test_a_facet_counts_what_each_choice_would_leave() -> None:
    choices = {c["value"]: c["count"] for c in asked(sheet="tokens", facet="provider", q="open-70b p:hostly")}
    assert choices == {"openlab": 1, "hostly": 1, "unlisted-host": 1}, "its own term does not count"
    contexts = asked(sheet="tokens", facet="context", q="")
    assert contexts[0]["value"] == ">=8192"
    assert [c["count"] for c in contexts] == sorted((c["count"] for c in contexts), reverse=True)


def test_unlike_meters_are_never_ranked_together() -> None:
    answer = asked(sheet="offers", q="sort:price")
    meters = [r["meter"] for r in csv.DictReader(io.StringIO(answer["text"]))]
    assert meters[0] == "input.text.token"
    groups = [m for n, m in enumerate(meters) if n == 0 or meters[n - 1] != m]
    assert len(groups) == len(set(groups)) > 2, "each meter stands together"
    assert "not ranked together" in answer["notes"][0]


def test_currency_and_unit_change_what_is_shown_filtered_and_exported() -> None:
    answer = asked(sheet="tokens", q="closed tier:standard in:>0.001", currency="EUR", unit="1k")
    (row,) = csv.DictReader(io.StringIO(answer["text"]))
    assert (row["input"], row["shown_currency"], row["shown_unit"]) == ("0.00184", "EUR", "1k")
    assert answer["labels"]["input"] == ["€0.00184"]
    assert answer["labels"]["request"] == ["€0.00644"], "a request costs the same whatever the unit"
    assert rows("tokens", "closed tier:standard in:>0.002", currency="EUR", unit="1k") == []


def test_a_price_for_a_thousand_says_so_in_its_row() -> None:
    answer = asked(sheet="offers", q="closed tier:standard sort:price", unit="1k")
    assert answer["labels"]["unit"][0] == "1k tokens"
    assert answer["labels"]["price"][0] == "$0.002"
    audio = asked(sheet="offers", q="whisper", unit="1k")
    assert (audio["labels"]["unit"], audio["labels"]["price"]) == (["audio hour"], ["$0.36"])


def test_what_is_shown_of_a_column_is_what_it_is_sorted_by() -> None:
    own = [{"name": "twice", "text": "in * 2"}]
    columns = asked(sheet="tokens", q="", currency="EUR", unit="1k", cached=50, own=own, looked=True)
    assert {"input", "blended", "request", "twice"} <= {name for name, _, _ in columns}
    for name, looked_at, ranked in columns:
        assert looked_at == ranked, name
    assert any(label.startswith("€") for label in {name: shown for name, shown, _ in columns}["request"])


def test_blend_task_and_cache_follow_the_reader() -> None:
    (row,) = rows("tokens", "closed tier:standard", blend=[1, 1], task=[200_000, 0], cached=50)
    assert float(row["blended"]) == pytest.approx((0.5 * 2 + 0.5 * 0.2 + 10) / 2)
    assert float(row["request"]) == pytest.approx(0.2 * 4), "the band of long prompts has no price for cached tokens"


def test_own_columns_are_shown_sorted_filtered_and_exported() -> None:
    own = [{"name": "ratio", "text": "output / input"}, {"name": "twice", "text": "ratio * 2"}]
    found = rows("tokens", "ratio:>1 sort:-ratio", own=own)
    assert [r["ratio"] for r in found] == sorted((r["ratio"] for r in found), key=float, reverse=True)
    assert all(float(r["twice"]) == pytest.approx(2 * float(r["ratio"])) for r in found)
    assert "no column" in asked(sheet="tokens", formula="sku + 1")
    assert "no column" in asked(sheet="tokens", own=[{"name": "a", "text": "a + 1"}], formula="a + 1"), "not by itself"


def test_a_missing_figure_is_null_in_json_and_empty_in_csv() -> None:
    answer = json.loads(asked(sheet="tokens", q="open-70b p:hostly", form="json")["text"])
    names = [c["name"] for c in answer["columns"]]
    (row,) = answer["rows"]
    assert row[names.index("cached")] is None
    assert row[names.index("input")] == "0.4375"
    (told,) = rows("tokens", "open-70b p:hostly")
    assert told["cached"] == ""


def test_memory_is_priced_by_the_gibibyte() -> None:
    found = rows("rentals", "b200 c:on_demand")
    assert [float(r["per_gb"]) for r in found] == [pytest.approx(5 / 180)]
    assert rows("rentals", "mystery")[0]["per_gb"] == "", "an unknown GPU has no price of memory"


def test_the_german_page_says_the_english_files_in_german() -> None:
    german = asked("de", sheet="offers", q="closed tier:batch,standard sort:price", currency="EUR")
    english = asked(sheet="offers", q="closed tier:batch,standard sort:price", currency="EUR")
    assert german["text"] == english["text"], "values, and so the export, are the same in every language"
    assert {"Texteingabe, aus dem Cache gelesen", "Textausgabe, Batch"} <= set(german["labels"]["meter"])
    assert set(german["labels"]["unit"]) == {"1 Mio. Tokens"}
    assert german["notes"][0].startswith("Preise verschiedener Meter")
    assert all(p.endswith("\N{NO-BREAK SPACE}€") and "." not in p for p in german["labels"]["price"])
    assert asked("de", sheet="tokens", q="")["labels"]["input"][0].endswith("\N{NO-BREAK SPACE}$")
    assert asked("de", sheet="tokens", q="open:ja")["text"] == asked(sheet="tokens", q="open:yes")["text"]
    (choice, *_) = asked("de", sheet="rentals", facet="commitment", q="c:spot")
    assert choice["label"] in {"Spot", "auf Abruf", "reserviert, 1 Jahr"}
    assert "keine Spalte mit Zahlen" in asked("de", sheet="tokens", formula="provider * 2")
