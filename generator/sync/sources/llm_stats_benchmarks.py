"""LLM Stats (llm-leaderboard) lists benchmark scores by model, one file a model, mostly what its developer claims.

Scores are shares of 1 (a few are ratings of their own scale); `is_self_reported` is true for nearly all of them and
none has been verified. Traps: an index of Artificial Analysis is among them, which nobody may pass on; a score of 0
stands for one that was never measured; `https://example.com/…` is no source; the same benchmark appears with other
settings, which `analysis_method` tells in free text, and once with two values for one setting; a name may be a base
model's; dates are those of the list, the newest is October 2025.
"""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from generator.sync.price_fields import folder_payload, json_payload
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.models.quality import QualityScore
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "llm-stats-benchmarks"
PLACEHOLDER = "https://example.com/"
PAGES = "https://llm-stats.com/models/"
_EMPTY_METHODS = frozenset({"", "-"})
_KEYS = frozenset({
    "model_benchmark_id", "benchmark_id", "model_id", "score", "normalized_score", "is_self_reported",
    "self_reported_source_link", "verified_by_llmstats", "analysis_method", "verification_provider_id",
    "verification_hardware", "verification_date", "verification_notes", "created_at", "updated_at", "benchmark_name",
})  # fmt: skip


def parse(body: bytes, _units: UnitRegistry) -> Parsed:
    """The scores of all files; raises PayloadError when none of them is a list of scores."""
    parsed = Parsed()
    found: list[QualityScore] = []
    for name, text in folder_payload(SOURCE, body).items():
        try:
            entries = json_payload(SOURCE, text.encode())
        except PayloadError:
            entries = None
        if not isinstance(entries, list):
            parsed.reject("file has no list of scores", name)
            continue
        for entry in entries:
            parsed.entries += 1
            score = _score(parsed, entry) if isinstance(entry, dict) else None
            if score is not None:
                found.append(score)
            elif not isinstance(entry, dict):
                parsed.reject("score has another shape", name)
    values = Counter((s.name, s.benchmark, s.setting) for s in set(found))
    for s in found:
        if values[s.name, s.benchmark, s.setting] > 1:
            parsed.reject("several values for one setting", f"{s.name} {s.benchmark}")
        else:
            parsed.scores.append(s)
    if not parsed.scores:
        raise PayloadError(f"{SOURCE}: none of the files is a list of scores")
    return parsed


def _score(parsed: Parsed, entry: Mapping[str, Any]) -> QualityScore | None:
    """The score of an entry, or None after counting why there is none."""
    model, benchmark, day = (_text(entry, key) for key in ("model_id", "benchmark_id", "updated_at"))
    value, name = entry.get("score"), f"{model} {benchmark}"
    parsed.expect(entry, _KEYS)
    link = _text(entry, "self_reported_source_link")
    if not model or not benchmark or isinstance(value, bool) or not isinstance(value, Decimal | int):
        parsed.reject("score has another shape", name)
    elif benchmark.startswith("aa-") or "artificial analysis" in _text(entry, "benchmark_name").lower():
        parsed.reject("index of Artificial Analysis: may not be passed on", name)
    elif not Decimal(value).is_finite() or value < 0:
        parsed.reject("score: not a number from 0", name)
    elif value == 0:
        parsed.reject("score of zero: never measured", name)
    elif link.startswith(PLACEHOLDER):
        parsed.reject("its source is a placeholder", name)
    else:
        parsed.as_of = max(parsed.as_of, day[:10])
        method = _text(entry, "analysis_method").strip()
        share = value <= 1
        return QualityScore(
            name=model,
            benchmark=benchmark,
            value=float(Decimal(value) * 100 if share else value),
            unit="percent" if share else "points",
            date=day[:10],
            source=SOURCE,
            self_reported=entry.get("is_self_reported") is not False,
            setting="" if method in _EMPTY_METHODS else method,
            url=link or PAGES + model,
        )
    return None


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""
