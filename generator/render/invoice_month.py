"""A sample month for the invoice page, as OpenAI's cost export writes it: invented quantities at real list prices."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from generator.render.page import SiteData
from generator.tables import rows_text
from wasm_tools.planner.catalogue import ApiRate

COLUMNS = (
    "start_time", "end_time", "start_time_iso", "end_time_iso", "amount_value", "amount_currency", "quantity",
    "quantity_unit", "line_item", "user_id", "api_key_id", "project_id", "organization_id", "project_name",
    "organization_name", "user_email", "api_source",
)  # fmt: skip
PROVIDER = "openai"
DAYS, LATE = 42, 2  # the last two days are not on the bill yet
WEEKEND, UNUSUAL_DAY, UNUSUAL = 5, 30, 6  # from Saturday on; the day that stands out, and how many times over
SHARES = (("input", 1), ("cached input", 3), ("output", 1))  # of a million tokens, by line item
PROJECTS = (("proj_support", "Support answers", 34), ("proj_search", "Search", 11))  # millions of tokens on a weekday
MILLION = Decimal(1_000_000)


def sample_month(data: SiteData) -> str:
    """The sample as CSV text; '' when OpenAI's prices are not there."""
    rates = [
        r
        for r in data.results.catalogue.rates
        if r.provider == PROVIDER and len(r.bands) == 1 and not r.suspect and r.bands[0].cache_read is not None
    ]
    rates.sort(key=lambda r: (-len(r.evidence.split()), -r.bands[0].output, r.sku, r.region))
    if not rates:
        return ""
    chosen = (rates[0], next((r for r in rates if r.model != rates[0].model), rates[0]))
    last = date.fromisoformat(data.as_of) - timedelta(days=LATE)
    rows = [
        _row(last - timedelta(days=DAYS - 1 - n), n, rate, item, share, project)
        for n in range(DAYS)
        for rate, project in zip(chosen, PROJECTS, strict=True)
        for item, share in SHARES
    ]
    return rows_text(COLUMNS, rows)


def _row(day: date, n: int, rate: ApiRate, item: str, share: int, project: tuple[str, str, int]) -> tuple[str, ...]:
    band = rate.bands[0]
    price = {"input": band.input, "cached input": band.cache_read, "output": band.output}[item] or Decimal(0)
    millions = project[2] * share + 3 * (n % 5)
    if day.weekday() >= WEEKEND:
        millions //= 3
    if n == UNUSUAL_DAY and project is PROJECTS[0]:
        millions *= UNUSUAL
    tokens = millions * 1_000_000 // 4
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    end = start + timedelta(days=1)
    times = (str(int(start.timestamp())), str(int(end.timestamp())), start.isoformat(), end.isoformat())
    cost = format((price * tokens / MILLION).normalize(), "f")
    return (
        *times, cost, "usd", str(tokens), "tokens", f"{rate.sku}, {item}", "", "", project[0], "org-example",
        project[1], "An example", "", "",
    )  # fmt: skip
