"""An unknown table shown to the user: its columns, its first rows, and which column seems to hold what."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from wasm_tools.invoice.dates import DateProblem, iso_day
from wasm_tools.invoice.mapping import ALL, ROLES
from wasm_tools.invoice.numerals import CURRENCY_SIGNS, NumberProblem, is_missing, number
from wasm_tools.invoice.records import Table, normal_name

ROWS = 5  # that are shown
_CELL = 60  # characters of a cell that are shown
_LOOKED_AT = 50  # rows by which a column is known to hold numbers or dates
LABELS = {
    "date": "day of the line",
    "model": "model or item",
    "quantity": "quantity",
    "unit": "unit of the quantity",
    "cost": "cost",
    "provider": "who bills",
    "host": "who serves the model",
    "workload": "kind of work",
    "line_class": "kind of tokens",
    "tier": "service tier",
    "region": "region",
    "currency": "currency",
    "project": "project",
    "workspace": "workspace",
    "team": "team",
    "user": "user",
    "key": "API key",
    "tag": "tag",
}
_WORDS = {  # names of columns by role, the most telling first, in English and German; words of a name count one by one
    "date": (
        "date", "day", "usage_date", "period_start", "start_time", "timestamp", "created_at", "time", "month",
        "datum", "zeitpunkt", "monat",
    ),
    "cost": (
        "cost", "amount_usd", "cost_usd", "total_cost", "charge", "spend", "net", "subtotal", "amount", "price",
        "total", "kosten", "betrag", "nettobetrag", "preis", "summe",
    ),
    "quantity": (
        "quantity", "qty", "usage_qty", "usage_amount", "tokens", "total_tokens", "count", "units", "usage", "volume",
        "menge", "anzahl", "verbrauch",
    ),
    "unit": ("unit", "usage_unit", "unit_of_measure", "uom", "unit_name", "einheit", "mengeneinheit"),
    "model": (
        "model", "model_name", "model_id", "sku", "line_item", "item", "product", "meter", "service", "description",
        "modell", "artikel", "produkt", "leistung", "beschreibung", "bezeichnung",
    ),
    "provider": ("provider", "vendor", "publisher", "anbieter", "lieferant"),
    "currency": ("currency", "billing_currency", "währung"),
    "tier": ("tier",),
    "region": ("region",),
    "project": ("project", "project_name", "projekt"),
    "workspace": ("workspace",),
    "team": ("team", "department", "abteilung", "kostenstelle"),
    "user": ("user", "user_id", "email", "benutzer", "nutzer"),
    "key": ("api_key", "key", "api_key_name"),
    "tag": ("tag", "label"),
}  # fmt: skip
_CURRENCIES = CURRENCY_SIGNS | {code.lower(): code for code in ("EUR", "GBP", "CHF", "USD")}


def unknown_table(table: Table) -> dict[str, Any]:
    """The table as plain data, with the mapping that its header and first rows suggest.

    `missing` are the main roles without a column; `roles` are all that a mapping can have.
    """
    titles = table.titles
    rows = [cells[: len(titles)] for _, cells, problem in islice(table.rows(), _LOOKED_AT) if not problem]
    suggested = suggestion(titles, rows)
    return {
        "columns": list(titles),
        "preview": [[cell[:_CELL] for cell in row] for row in rows[:ROWS]],
        "suggested": suggested,
        "missing": [role for role in ROLES if role not in suggested],
        "roles": [{"role": role, "label": LABELS[role], "needed": role in ("cost", "quantity")} for role in ALL],
    }


def suggestion(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Roles with the column that seems to hold each. A column whose cells do not fit the role is not suggested."""
    found: dict[str, int] = {}
    for role, words in _WORDS.items():
        at = next((at for at in _candidates(titles, words) if at not in found.values() and _fits(role, at, rows)), None)
        if at is not None:
            found[role] = at
    mapping = {role: titles[at] for role, at in found.items()}
    if "cost" in mapping and "currency" not in mapping:
        currency = next((code for sign, code in _CURRENCIES.items() if sign in _parts(mapping["cost"])), "")
        mapping |= {"currency": f"={currency}"} if currency else {}
    if "unit" not in mapping and "tokens" in _parts(mapping.get("quantity", "")):
        mapping["unit"] = "=tokens"
    return {role: mapping[role] for role in ALL if role in mapping}


def _candidates(titles: Sequence[str], words: Iterable[str]) -> Iterable[int]:
    """Columns whose name is one of the words, then those that have one among their words."""
    names = list(map(normal_name, titles))
    for word in words:
        yield from (at for at, name in enumerate(names) if name == word)
    for word in words:
        yield from (at for at, title in enumerate(titles) if word in _parts(title))


def _parts(title: str) -> set[str]:
    """The words of a column name, signs of currencies too."""
    words = "".join(sign if sign.isalnum() else f" {sign} " for sign in title.casefold().replace("_", " "))
    return set(words.split())


def _fits(role: str, at: int, rows: Sequence[Sequence[str]]) -> bool:
    """Whether most cells that say something are numbers or dates, for the roles that need them."""
    cells = [row[at] for row in rows if at < len(row) and not is_missing(row[at])]
    if role in ("cost", "quantity"):
        return not cells or 2 * sum(map(_is_number, cells)) > len(cells)
    if role == "date":
        return not cells or 2 * sum(map(_is_day, cells)) > len(cells)
    return True


def _is_number(cell: str) -> bool:
    for comma in (False, True):
        try:
            number(cell, comma, "")
        except NumberProblem:
            continue
        return True
    return False


def _is_day(cell: str) -> bool:
    try:
        return bool(iso_day(cell, "day_first"))
    except DateProblem:
        return "/" in cell  # the order of day and month is asked for later
