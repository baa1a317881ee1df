"""AIConfigurator publishes measured serving points as CSV: **mean** TTFT and mean TPOT in ms, closed loop, NVIDIA GPUs.

Most rows were measured by SemiAnalysis InferenceX (`infx`), the others by NVIDIA (`nvint`). Used are aggregated rows of
one replica: tensor parallelism up to 8, no pipeline and no attention data parallelism. Traps: larger TP values come
from a wrong TP x EP product; TensorRT-LLM rows of DeepSeek mix runs with and without speculative decoding, unlabelled;
concurrency and date hide in the free text `silicon_data_source`, the date is missing in the internal sweeps
(2025-09-01, where it appears, stands for that); a blank precision is probably bf16; configurations repeat, the newest
day wins and of one day the last row.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from generator.sync.plain_values import whole
from generator.sync.statements import PayloadError
from wasm_tools.performance.points import BenchmarkPoint

SOURCE = "aiconfigurator"
LARGEST_TP = 8
PLACEHOLDER_DATE = "2025-09-01"
BF16_NOTE = "precision not stated upstream, assumed bf16"
_COLUMNS = frozenset({
    "silicon_data_source", "backend", "backend_version", "model_path", "system", "precision", "mode", "isl", "osl",
    "batch_size", "tp_size", "pp_size", "attention_dp_size", "moe_ep_size", "silicon_ttft_ms", "silicon_tpot_ms",
})  # fmt: skip
_CONCURRENCY = re.compile(r"silicon_concurrency=(\d+)")
_MEASURED = re.compile(r"measured=(\d{4}-\d\d-\d\d)")
# Dated exports and database dumps are InferenceX; other files are NVIDIA's own sweeps.
_INFERENCEX = re.compile(r"db-dump/|source_file=\d{4}-\d\d-\d\d\.csv")


@dataclass(frozen=True, slots=True)
class _Row:
    """One usable row and the configuration it measures."""

    point: BenchmarkPoint
    day: str

    @property
    def configuration(self) -> tuple[object, ...]:
        p = self.point
        return (p.model, p.gpu, p.engine, p.precision, p.isl, p.osl, p.tp, p.ep, p.concurrency)


def points(body: bytes) -> tuple[list[BenchmarkPoint], Counter[str]]:
    """One point a configuration, sorted, and the rows left out by reason; raises PayloadError for another table."""
    try:
        reader = csv.DictReader(io.StringIO(body.decode()), strict=True)
        missing = sorted(_COLUMNS - set(reader.fieldnames or ()))
        if missing:
            raise PayloadError(f"{SOURCE}: the table has no column {missing[0]}")
        records = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise PayloadError(f"{SOURCE}: the payload is not a CSV table ({error})") from None
    newest: dict[tuple[object, ...], _Row] = {}
    rejected: Counter[str] = Counter()
    for record in records:
        row = _row(record)
        if isinstance(row, str):
            rejected[row] += 1
            continue
        other = newest.get(row.configuration)
        if other is not None:
            rejected["older row of a repeated configuration"] += 1
        if other is None or row.day >= other.day:
            newest[row.configuration] = row
    return sorted(row.point for row in newest.values()), rejected


def _row(record: dict[str, str]) -> _Row | str:
    """The row, or why it is not used."""
    if None in record or None in record.values():
        return "row with another number of fields than the header"
    if record["mode"] != "agg":
        return "disaggregated serving"
    try:
        tp, pp, attention_dp, ep = (_whole(record[f"{name}_size"]) for name in ("tp", "pp", "attention_dp", "moe_ep"))
        isl, osl = int(record["isl"]), int(record["osl"])
        ttft, tpot = float(record["silicon_ttft_ms"]), float(record["silicon_tpot_ms"])
    except ValueError:
        return "row with an unreadable number"
    if not (isl > 0 and osl > 0 and 0 < ttft < float("inf") and 0 < tpot < float("inf")):
        return "row with a time or length that cannot be"
    if tp > LARGEST_TP:
        return "tensor parallelism over 8: a wrong TP x EP product"
    if pp > 1:
        return "pipeline parallelism"
    if attention_dp > 1:
        return "attention data parallelism"
    if record["backend"] == "trtllm" and "deepseek" in record["model_path"].lower():
        return "TensorRT-LLM DeepSeek: speculative decoding is not labelled"
    source = record["silicon_data_source"]
    stated = _CONCURRENCY.search(source)
    concurrency = whole(stated[1] if stated else record["batch_size"])
    if not concurrency:
        return "row without a concurrency"
    measured = _MEASURED.search(source)
    day = measured[1] if measured and measured[1] != PLACEHOLDER_DATE else ""
    point = BenchmarkPoint(
        model=record["model_path"],
        precision=record["precision"] or "bf16",
        gpu=record["system"],
        engine=record["backend"],
        engine_version=record["backend_version"],
        tp=tp,
        ep=ep,
        isl=isl,
        osl=osl,
        concurrency=concurrency,
        ttft_ms=ttft,
        tpot_ms=tpot,
        statistic="mean",
        origin="infx" if _INFERENCEX.search(source) else "nvint",
        measured=day,
        note="" if record["precision"] else BF16_NOTE,
    )
    return _Row(point, day)


def _whole(text: str) -> int:
    """A parallelism degree; blank and 0 mean that it is not used, which is a degree of 1."""
    return max(1, int(text or 1))
