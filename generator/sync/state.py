"""The generated state under data/state: read as a whole, written as a whole by staging and renaming."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any

from generator.folder_swap import put_in_place
from generator.groups import grouped
from generator.sync.evidence_tables import observation_files, quality_files, read_observations, read_scores
from generator.sync.statements import FIELDS, SkuFacts
from generator.tables import TableError, read_rows, rows_text
from wasm_tools.models.quality import QualityScore
from wasm_tools.performance.observations import ApiObservation
from wasm_tools.performance.points import BenchmarkPoint
from wasm_tools.pricing.meters import parse_meter, price_text
from wasm_tools.pricing.offers import GpuOffer, Offer, evidence_text, parse_evidence, price_value

OFFER_COLUMNS = (
    "sku", "workload", "meter", "region", "price", "currency", "evidence", "effective_from", "effective_to", "note",
)  # fmt: skip
GPU_COLUMNS = (
    "instance", "gpu_name", "count", "region", "commitment", "price", "currency", "host_included", "per_second",
    "scale_to_zero", "evidence", "note", "source_url",
)  # fmt: skip
EVENT_COLUMNS = ("date", "sku", "meter", "region", "currency", "kind", "old", "new", "sources", "already")
FACT_COLUMNS = ("sku", "source", *FIELDS)
QUARANTINE_COLUMNS = ("source", "sku", "meter", "region", "currency", "price", "expected", "reason")
POINT_COLUMNS = (
    "model", "precision", "engine", "engine_version", "tp", "ep", "isl", "osl", "concurrency", "ttft_ms", "tpot_ms",
    "statistic", "origin", "measured", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of the last accepted payload of a source."""

    transport: str
    sha256: str
    bytes: int
    version: str
    observed_at: str
    entries: int
    statements: int
    rejected: Mapping[str, int]
    examples: Mapping[str, str]
    unread: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PriceEvent:
    """One change of one price. The meter of a rental price is `gpu_hour;<commitment>`, its sku the instance.

    `already` are the sources that stated the new price before: then it is older than the day on which others followed.
    """

    date: str
    provider: str
    sku: str
    meter: str
    region: str
    currency: str
    kind: str  # listed, repriced, ended
    old: str
    new: str
    sources: str
    already: str = ""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A statement that was not used because it looks wrong; `expected` is the price that others state."""

    source: str
    provider: str
    sku: str
    meter: str
    region: str
    currency: str
    price: str
    expected: str
    reason: str


MODEL_FILES = ("calibration.json", "accuracy.json")


@dataclass(slots=True)
class State:
    """Everything that a sync produces."""

    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    offers: list[Offer] = field(default_factory=list)
    gpu_offers: list[GpuOffer] = field(default_factory=list)
    events: list[PriceEvent] = field(default_factory=list)
    points: list[BenchmarkPoint] = field(default_factory=list)
    facts: dict[str, Mapping[tuple[str, str], SkuFacts]] = field(default_factory=dict)  # by source
    quarantine: list[Quarantined] = field(default_factory=list)
    quality: list[QualityScore] = field(default_factory=list)
    observations: list[ApiObservation] = field(default_factory=list)
    model_texts: dict[str, str] = field(default_factory=dict)  # MODEL_FILES, as they were written

    @property
    def calibration(self) -> dict[str, Any]:
        """The constants of the performance model; raises TableError where there are none."""
        return self._model_record("calibration.json", "atlas calibrate")

    @property
    def accuracy(self) -> dict[str, Any]:
        """What the evaluation of the performance model measured; raises TableError where there is none."""
        return self._model_record("accuracy.json", "atlas evaluate")

    def _model_record(self, name: str, command: str) -> dict[str, Any]:
        if name not in self.model_texts:
            raise TableError(f"data/state/{name} is missing: run `{command}`, or restore it from git")
        try:
            record: dict[str, Any] = json.loads(self.model_texts[name])
        except ValueError as error:
            raise TableError(f"data/state/{name} cannot be read as JSON ({error}): run `{command}`") from None
        return record

    @property
    def newest_observation(self) -> str:
        """The newest date on which any source was observed; empty for an empty state."""
        return max((s.observed_at for s in self.snapshots.values()), default="")


def load_state(folder: Path) -> State:
    """The state in a folder; an empty one when there is none. Raises TableError naming file and line."""
    recover(folder)
    state = State()
    if not folder.exists():
        return state
    snapshots = folder / "snapshots.json"
    if snapshots.exists():
        try:
            records = json.loads(snapshots.read_text(encoding="utf-8"))
            state.snapshots = {name: Snapshot(**record) for name, record in records.items()}
        except (ValueError, TypeError, AttributeError) as error:
            raise TableError(f"{snapshots}: cannot be read as snapshots ({error}); restore it from git") from None
    for path in sorted(folder.glob("offers/*.csv")):
        state.offers += [_offer(path.stem, row) for row in read_rows(path, OFFER_COLUMNS)]
    for path in sorted(folder.glob("gpu_offers/*.csv")):
        state.gpu_offers += [_gpu_offer(path.stem, row) for row in read_rows(path, GPU_COLUMNS)]
    for path in sorted(folder.glob("price_events/*.csv")):
        state.events += [PriceEvent(provider=path.stem, **row) for row in read_rows(path, EVENT_COLUMNS)]
    for path in sorted(folder.glob("benchmarks/*.csv")):
        state.points += [_point(path.stem, row) for row in read_rows(path, POINT_COLUMNS)]
    facts: dict[str, dict[tuple[str, str], SkuFacts]] = {}
    for path in sorted(folder.glob("facts/*.csv")):
        for row in read_rows(path, FACT_COLUMNS):
            facts.setdefault(row["source"], {})[path.stem, row["sku"]] = _facts(path.stem, row)
    state.facts.update(facts)
    for path in sorted(folder.glob("quarantine/*.csv")):
        state.quarantine += [Quarantined(provider=path.stem, **row) for row in read_rows(path, QUARANTINE_COLUMNS)]
    for path in sorted(folder.glob("quality/*.csv")):
        state.quality += read_scores(path)
    for path in sorted(folder.glob("observations/*.csv")):
        state.observations += read_observations(path)
    for name in MODEL_FILES:
        if (folder / name).exists():
            state.model_texts[name] = (folder / name).read_text(encoding="utf-8")
    return state


def _facts(provider: str, row: Mapping[str, str]) -> SkuFacts:
    stated: dict[str, Any] = {name: _FACT_VALUES[name](row[name]) for name in FIELDS if row[name]}
    return SkuFacts(provider=provider, sku=row["sku"], **stated)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


_READERS: dict[Any, Callable[[str], Any]] = {str: str, int | None: int, float | None: float, tuple[str, ...]: _words}
_FACT_VALUES = {f.name: _READERS[f.type] for f in dataclass_fields(SkuFacts)}


def _offer(provider: str, row: Mapping[str, str]) -> Offer:
    return Offer(
        provider=provider,
        sku=row["sku"],
        model="",
        workload=row["workload"],
        meter=parse_meter(row["meter"]),
        region=row["region"],
        price=price_value(row["price"], f"{provider} {row['sku']}"),
        evidence=parse_evidence(row["evidence"]),
        effective_from=row["effective_from"],
        effective_to=row["effective_to"],
        note=row["note"],
        currency=row["currency"] or "USD",
    )


def _gpu_offer(provider: str, row: Mapping[str, str]) -> GpuOffer:
    return GpuOffer(
        provider=provider,
        instance=row["instance"],
        gpu="",
        gpu_name=row["gpu_name"],
        count=int(row["count"]),
        region=row["region"],
        commitment=row["commitment"],
        price=price_value(row["price"], f"{provider} {row['instance']}"),
        host_included=row["host_included"],
        evidence=parse_evidence(row["evidence"]),
        note=row["note"],
        source_url=row["source_url"],
        currency=row["currency"] or "USD",
        per_second=row["per_second"],
        scale_to_zero=row["scale_to_zero"],
    )


def _point(gpu: str, row: Mapping[str, str]) -> BenchmarkPoint:
    return BenchmarkPoint(
        model=row["model"],
        precision=row["precision"],
        gpu=gpu,
        engine=row["engine"],
        engine_version=row["engine_version"],
        tp=int(row["tp"]),
        ep=int(row["ep"]),
        isl=int(row["isl"]),
        osl=int(row["osl"]),
        concurrency=int(row["concurrency"]),
        ttft_ms=float(row["ttft_ms"]),
        tpot_ms=float(row["tpot_ms"]),
        statistic=row["statistic"],
        origin=row["origin"],
        measured=row["measured"],
        note=row["note"],
    )


def state_files(state: State) -> dict[str, str]:
    """The text of every file of the state by its path; the same state gives the same bytes."""
    files = {
        "snapshots.json": json.dumps(
            {name: asdict(s) for name, s in sorted(state.snapshots.items())},
            indent=1,
            ensure_ascii=False,
            sort_keys=True,
        )
        + "\n"
    }
    for provider, offers in grouped((o.provider, o) for o in state.offers).items():
        files[f"offers/{provider}.csv"] = rows_text(OFFER_COLUMNS, sorted(map(_offer_row, offers)))
    for provider, rentals in grouped((o.provider, o) for o in state.gpu_offers).items():
        files[f"gpu_offers/{provider}.csv"] = rows_text(GPU_COLUMNS, sorted(map(_gpu_row, rentals)))
    for provider, events in grouped((e.provider, e) for e in state.events).items():
        files[f"price_events/{provider}.csv"] = rows_text(
            EVENT_COLUMNS, sorted(_record(e, EVENT_COLUMNS) for e in events)
        )
    for provider, held in grouped((q.provider, q) for q in state.quarantine).items():
        rows = sorted(_record(q, QUARANTINE_COLUMNS) for q in held)
        files[f"quarantine/{provider}.csv"] = rows_text(QUARANTINE_COLUMNS, rows)
    facts = ((provider, (source, f)) for source, by_sku in state.facts.items() for (provider, _), f in by_sku.items())
    for provider, stated in grouped(facts).items():
        files[f"facts/{provider}.csv"] = rows_text(FACT_COLUMNS, sorted(_fact_row(s, f) for s, f in stated))
    for gpu, points in grouped((p.gpu, p) for p in state.points).items():
        files[f"benchmarks/{gpu}.csv"] = rows_text(POINT_COLUMNS, map(_point_row, sorted(points, key=_point_order)))
    files |= quality_files(state.quality) | observation_files(state.observations) | state.model_texts
    return files


def _record(record: object, columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(getattr(record, c) for c in columns)


def _fact_row(source: str, facts: SkuFacts) -> tuple[str, ...]:
    return (facts.sku, source, *(_fact_text(getattr(facts, name)) for name in FIELDS))


def _fact_text(value: object) -> str:
    if value is None:
        return ""
    return "|".join(value) if isinstance(value, tuple) else str(value)


def _offer_row(o: Offer) -> tuple[str, ...]:
    return (
        o.sku, o.workload, str(o.meter), o.region, price_text(o.price), _currency(o.currency),
        evidence_text(o.evidence), o.effective_from, o.effective_to, o.note,
    )  # fmt: skip


def _gpu_row(o: GpuOffer) -> tuple[str, ...]:
    return (
        o.instance, o.gpu_name, str(o.count), o.region, o.commitment, price_text(o.price), _currency(o.currency),
        o.host_included, o.per_second, o.scale_to_zero, evidence_text(o.evidence), o.note, o.source_url,
    )  # fmt: skip


def _currency(code: str) -> str:
    return "" if code == "USD" else code


def _point_order(p: BenchmarkPoint) -> tuple[str, str, str, str, int, int, int, int, int]:
    return (p.model, p.precision, p.engine, p.engine_version, p.tp, p.ep, p.isl, p.osl, p.concurrency)


def _point_row(p: BenchmarkPoint) -> tuple[str, ...]:
    # Five significant digits are ten times finer than the repeat noise of 0.5 % and keep the files small.
    return tuple(f"{getattr(p, c):.5g}" if c.endswith("_ms") else str(getattr(p, c)) for c in POINT_COLUMNS)


def save_state(state: State, folder: Path) -> bool:
    """Replace the folder by the state as a whole; False when nothing changed. A crash leaves old or new, never half."""
    recover(folder)
    staged = folder.with_name(folder.name + ".new")
    shutil.rmtree(staged, ignore_errors=True)  # of a run that died
    files = state_files(state)
    if _same(folder, files):
        return False
    for name, text in files.items():
        path = staged / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    put_in_place(staged, folder)
    shutil.rmtree(staged, ignore_errors=True)  # the former state, where there was one
    return True


def recover(folder: Path) -> None:
    """Put back the old state if a run died between the two renames."""
    retired = folder.with_name(folder.name + ".old")
    if retired.exists() and not folder.exists():
        retired.rename(folder)
    shutil.rmtree(retired, ignore_errors=True)


def _same(folder: Path, files: Mapping[str, str]) -> bool:
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} if folder.exists() else set()
    return present == set(files) and all((folder / n).read_text(encoding="utf-8") == t for n, t in files.items())
