"""The generated state under data/state: read as a whole, written as a whole by staging and renaming."""

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from generator.tables import TableError, read_rows, rows_text
from wasm_tools.performance.points import BenchmarkPoint
from wasm_tools.pricing.meters import parse_meter, price_text
from wasm_tools.pricing.offers import GpuOffer, Offer, evidence_text, parse_evidence, price_value

OFFER_COLUMNS = ("sku", "workload", "meter", "region", "price", "evidence", "effective_from", "effective_to", "note")
GPU_COLUMNS = (
    "instance", "gpu_name", "count", "region", "commitment", "price", "host_included", "evidence", "note", "source_url",
)  # fmt: skip
EVENT_COLUMNS = ("date", "provider", "sku", "meter", "region", "kind", "old", "new", "sources")
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


@dataclass(frozen=True, slots=True)
class PriceEvent:
    """One change of one price."""

    date: str
    provider: str
    sku: str
    meter: str
    region: str
    kind: str  # listed, repriced, ended
    old: str
    new: str
    sources: str


@dataclass(slots=True)
class State:
    """Everything that a sync produces."""

    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    offers: list[Offer] = field(default_factory=list)
    gpu_offers: list[GpuOffer] = field(default_factory=list)
    events: list[PriceEvent] = field(default_factory=list)
    points: list[BenchmarkPoint] = field(default_factory=list)

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
        state.events += [PriceEvent(**row) for row in read_rows(path, EVENT_COLUMNS)]
    for path in sorted(folder.glob("benchmarks/*.csv")):
        state.points += [_point(path.stem, row) for row in read_rows(path, POINT_COLUMNS)]
    return state


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
    for provider, offers in _grouped((o.provider, o) for o in state.offers).items():
        files[f"offers/{provider}.csv"] = rows_text(OFFER_COLUMNS, sorted(map(_offer_row, offers)))
    for provider, rentals in _grouped((o.provider, o) for o in state.gpu_offers).items():
        files[f"gpu_offers/{provider}.csv"] = rows_text(GPU_COLUMNS, sorted(map(_gpu_row, rentals)))
    for year, events in _grouped((e.date[:4], e) for e in state.events).items():
        rows = sorted(tuple(str(getattr(e, c)) for c in EVENT_COLUMNS) for e in events)
        files[f"price_events/{year}.csv"] = rows_text(EVENT_COLUMNS, rows)
    for gpu, points in _grouped((p.gpu, p) for p in state.points).items():
        files[f"benchmarks/{gpu}.csv"] = rows_text(POINT_COLUMNS, map(_point_row, sorted(points, key=_point_order)))
    return files


def _grouped[T](pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def _offer_row(o: Offer) -> tuple[str, ...]:
    return (
        o.sku, o.workload, str(o.meter), o.region, price_text(o.price), evidence_text(o.evidence), o.effective_from,
        o.effective_to, o.note,
    )  # fmt: skip


def _gpu_row(o: GpuOffer) -> tuple[str, ...]:
    return (
        o.instance, o.gpu_name, str(o.count), o.region, o.commitment, price_text(o.price), o.host_included,
        evidence_text(o.evidence), o.note, o.source_url,
    )  # fmt: skip


def _point_order(p: BenchmarkPoint) -> tuple[str, str, str, str, int, int, int, int, int]:
    return (p.model, p.precision, p.engine, p.engine_version, p.tp, p.ep, p.isl, p.osl, p.concurrency)


def _point_row(p: BenchmarkPoint) -> tuple[str, ...]:
    # Five significant digits are ten times finer than the repeat noise of 0.5 % and keep the files small.
    return tuple(f"{getattr(p, c):.5g}" if c.endswith("_ms") else str(getattr(p, c)) for c in POINT_COLUMNS)


def save_state(state: State, folder: Path) -> bool:
    """Replace the folder by the state as a whole; False when nothing changed. A crash leaves old or new, never half."""
    recover(folder)
    files = state_files(state)
    if _same(folder, files):
        return False
    staged, retired = folder.with_name(folder.name + ".new"), folder.with_name(folder.name + ".old")
    shutil.rmtree(staged, ignore_errors=True)
    for name, text in files.items():
        path = staged / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    if folder.exists():
        folder.rename(retired)
    staged.rename(folder)
    shutil.rmtree(retired, ignore_errors=True)
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
