"""Seconds and memory of a full sync of the stored payloads, and of one in which nothing changed.

Beside it stands a *restatement* of the earlier catalogue's sync, written from its description (IA-47): three tiers a
provider, one JSON catalogue, deltas against the last one, a history of 30 runs. It is not that system's code, and it
reads the same provider files. Whether the original checked its catalogue against the JSON Schema that lies beside it is
not known, so the restatement is measured with and without that check; the original took 83 ms for 761 rows, 109 µs
each. All are measured in one run; compare the cost a row.
"""

import csv
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import jsonschema

from generator import nightly, stages
from generator.places import Places
from generator.sync.memo import folder_digest
from tests.bench.figures import figure

ROOT = Path(__file__).parents[2]
EARLIER = "raw.githubusercontent.com/jayeshsuyal/InferenceAtlas/main/data"
AS_OF = "2026-11-20"


@dataclass
class EarlierRow:
    """A row of the earlier catalogue."""

    provider: str
    workload_type: str
    sku_key: str
    sku_name: str
    model_key: str
    billing_mode: str
    unit_price_usd: float
    unit_name: str
    region: str
    source_url: str
    source_date: str
    confidence: str
    source_kind: str


CONFIDENCE = {"official": 3, "high": 3, "medium": 2, "estimated": 1, "low": 1}
KINDS = {"provider_api": 3, "provider_csv": 2, "normalized_catalog": 1}


def restated_sync(data: Path, out: Path, check: bool) -> int:
    """The earlier sync restated: rows in the catalogue it writes, checked against its schema if wanted."""
    bundled = json.loads((data / "catalog_v2/pricing_catalog.json").read_text(encoding="utf-8"))
    snapshot = bundled if isinstance(bundled, list) else bundled["rows"]
    chosen: dict[tuple[str, str, str, str], EarlierRow] = {}
    candidates = [_earlier(r, "normalized_catalog") for r in snapshot]
    for path in sorted((data / "providers_csv").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            candidates += [_earlier(r, "provider_csv") for r in csv.DictReader(file)]
    for row in candidates:
        if row is None or row.unit_price_usd <= 0:
            continue
        key = (row.provider, row.sku_key, row.unit_name, row.region)
        if key not in chosen or _order(row) > _order(chosen[key]):
            chosen[key] = row
    before = {(r["provider"], r["sku_key"], r["unit_name"], r["region"]): r for r in snapshot}
    deltas = [
        {"key": list(k), "old": before[k]["unit_price_usd"], "new": r.unit_price_usd}
        for k, r in chosen.items()
        if k in before and abs(float(before[k]["unit_price_usd"]) - r.unit_price_usd) > 1e-12
    ]
    rows = [asdict(r) for r in sorted(chosen.values(), key=lambda r: (r.provider, r.sku_key, r.unit_name, r.region))]
    if check:
        schema = json.loads((data / "catalog_v2/pricing_catalog.schema.json").read_text(encoding="utf-8"))
        if list(jsonschema.Draft202012Validator(schema).iter_errors(bundled)):
            raise ValueError("the earlier catalogue does not pass its own schema")
    (out / "pricing_catalog.json").write_text(json.dumps({"rows": rows}, indent=2), encoding="utf-8")
    history_file = out / "history.json"
    history = json.loads(history_file.read_text(encoding="utf-8")) if history_file.exists() else []
    history_file.write_text(json.dumps([*history, {"deltas": deltas}][-30:], indent=2), encoding="utf-8")
    return len(rows)


def _earlier(r: dict[str, str], kind: str) -> EarlierRow | None:
    try:
        return EarlierRow(
            provider=r["provider"], workload_type=r["workload_type"], sku_key=r["sku_key"], sku_name=r["sku_name"],
            model_key=r["model_key"], billing_mode=r.get("billing_mode") or r.get("billing_type") or "",
            unit_price_usd=float(r["unit_price_usd"]), unit_name=r["unit_name"], region=r.get("region") or "global",
            source_url=r.get("source_url") or "", source_date=r.get("source_date") or "",
            confidence=r.get("confidence") or "", source_kind=kind,
        )  # fmt: skip
    except (KeyError, ValueError, TypeError):
        return None


def _order(row: EarlierRow) -> tuple[int, int, str]:
    return (CONFIDENCE.get(row.confidence, 0), KINDS[row.source_kind], row.source_date)


def timed[T](work: Callable[[], T], runs: int = 5) -> tuple[float, T]:
    """Median seconds of several runs and the last result."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), result


def full_sync(mirror: str, root: Path) -> tuple[float, float, int]:
    """Seconds of a sync into an empty state, of one without change, and how many statements were read."""
    (root / "data").mkdir()
    for folder in ("generator", "wasm_tools"):
        (root / folder).symlink_to(ROOT / folder)
    (root / "data" / "registry").symlink_to(ROOT / "data" / "registry")
    places = Places(root)
    started = time.perf_counter()
    _, outcomes, _ = stages.sync_stage(nightly.inputs(places, AS_OF, offline=False), mirror, nightly.silent)
    first = time.perf_counter() - started
    started = time.perf_counter()
    _, again, changed = stages.sync_stage(nightly.inputs(places, AS_OF, offline=False), mirror, nightly.silent)
    if changed or any(o.state == "fresh" for o in again):
        raise SystemExit("the second sync changed something")
    return first, time.perf_counter() - started, sum(o.statements for o in outcomes)


def main() -> None:
    mirror = os.environ.get("ATLAS_MIRROR")
    if not mirror:
        sys.stdout.write("bench_sync needs ATLAS_MIRROR, a folder of stored payloads\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "earlier"
        out.mkdir()
        checked, rows = timed(lambda: restated_sync(Path(mirror) / EARLIER, out, check=True))
        bare, _ = timed(lambda: restated_sync(Path(mirror) / EARLIER, out, check=False))
        (Path(folder) / "checkout").mkdir()
        first, again, statements = full_sync(mirror, Path(folder) / "checkout")
        digest, _ = timed(lambda: folder_digest([Path(folder) / "checkout" / "data" / "state"], "*"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    each, with_check, without = first / statements, checked / rows, bare / rows
    figure(f"full sync of {statements:,} statements", first, "s")
    figure(
        "full sync, a statement",
        1e6 * each,
        "µs",
        against=(1e6 * with_check, "earlier sync restated, with its check, a row"),
    )
    figure(
        "full sync, a statement",
        1e6 * each,
        "µs",
        against=(1e6 * without, "earlier sync restated, without check, a row"),
    )
    figure("sync when nothing changed", again, "s", at_most=10)
    figure("memory of the sync at most", memory, "GB")
    for line in (
        f"full sync          {first:6.2f} s for {statements:,} statements, {1e6 * each:.0f} µs each",
        f"nothing changed    {again:6.2f} s (of which the digest of the state {digest:.2f} s)",
        f"memory             {memory:6.2f} GB at most",
        f"earlier, restated  {checked:6.3f} s for {rows:,} rows, its schema checked, {1e6 * with_check:.0f} µs each",
        f"                   {bare:6.3f} s without the check, {1e6 * without:.0f} µs each",
        f"ours costs {each / with_check:.2f}x and {each / without:.2f}x of it a row",
    ):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
