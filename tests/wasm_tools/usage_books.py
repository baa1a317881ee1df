"""Small usage packs written by hand, for tests of rankings by usage."""

from typing import Any

from wasm_tools.planner.usage import UsageBook, read_usage_book
from wasm_tools.planner.usage.book import COLUMNS

UNITS = (
    ("audio_second", 3600, "audio hour"), ("token", 1_000_000, "1M tokens"), ("image", 1, "image"),
    ("gpu_second", 3600, "GPU-hour"), ("provisioned_second", 3600, "provisioned unit-hour"),
)  # fmt: skip
PLAIN = {
    "model": "", "meter": "input.audio.audio_second", "region": "global", "price": "1", "grade": "A",
    "seen": "2026-11-20", "sources": "one two", "first_party": "", "closed": "", "alone": "", "suspect": "",
    "aside": "", "why": "", "uncounted": "not_comparable", "uncounted_why": "", "requests_per_minute": "",
    "tokens_per_minute": "",
}  # fmt: skip
IMAGE, HOURLY = "input.image.image", "input.any.provisioned_second"


def row(provider: str, price: str, **other: str) -> dict[str, str]:
    """A price row; what is not said is plain."""
    return {**PLAIN, "provider": provider, "sku": f"{provider}-product", "price": price, **other}


def comparator(name: str, label: str, units: dict[str, int], *parts: tuple[str, str], **other: Any) -> dict[str, Any]:
    """A comparator of required parts (meter, quantity)."""
    return {
        "id": name,
        "label": label,
        "units": units,
        "parts": [{"meters": [meter], "quantity": quantity, "required": True} for meter, quantity in parts],
        "unless": [],
        "limit": "",
        "usage": "100",
        "usage_unit": next(iter(units)),
        "usage_source": "ours: a test",
        "note": "",
        **other,
    }


HOURS = comparator("hours", "audio hour", {"hours": 3600, "minutes": 60}, ("input.audio.audio_second", "1"))
PAIR = comparator(
    "tokens", "1M tokens", {"million_tokens": 1_000_000, "tokens": 1},
    ("input.text.token", "1"), ("output.text.token", "0.5"), limit="tokens",
)  # fmt: skip
IMAGES = comparator("images", "image", {"images": 1}, (IMAGE, "1"), limit="requests")


def pack(*rows: dict[str, str], **other: Any) -> dict[str, Any]:
    """A pack of rows with the three comparators above; the first is the default."""
    return {
        "kind": "usage",
        "version": 1,
        "workload": "test",
        "as_of": "2026-11-20",
        "default": "hours",
        "comparators": [HOURS, PAIR, IMAGES],
        "conversions": [],
        "tiers": [],
        "throughputs": [],
        "outlier": {"of_model": "0.34", "of_ranking": "0.15", "of_developer": "0.95", "providers": "3"},
        "multipliers": {"A": "1", "B": "1.1", "C": "1.25", "D": "1.3"},
        "presets": [
            {"id": "balanced", "peak": "2", "utilisation": "0.5", "risk_weight": "1"},
            {"id": "conservative", "peak": "3", "utilisation": "0.5", "risk_weight": "2"},
        ],
        "default_preset": "balanced",
        "units": [{"id": name, "per": per, "label": label, "noun": label} for name, per, label in UNITS],
        "rows": {name: _column([r[name] for r in rows]) for name in COLUMNS},
        **other,
    }


def book(*rows: dict[str, str], **other: Any) -> UsageBook:
    """The book of such a pack."""
    return read_usage_book(pack(*rows, **other))


def _column(texts: list[str]) -> dict[str, Any]:
    values = sorted(set(texts))
    return {"values": values, "codes": [values.index(t) for t in texts]}
