"""The stages of the nightly run as functions, in the order the data flows. The command line is thin over them."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from generator.digests import folder_digest
from generator.failure import RunError
from generator.nightly import USER_AGENT, Inputs, Step, silent, uncollected
from generator.precompute.ask import ask_pack
from generator.precompute.executors import executor
from generator.precompute.invoice_pack import invoice_pack
from generator.precompute.manifest_book import manifest_pack_text
from generator.precompute.observe import observe_pack
from generator.precompute.run import Precomputed, pack_text, precomputed, write_precomputed
from generator.publish.seal import Seal, sealed
from generator.publish.swap import published
from generator.render.run import RenderSummary, rendered
from generator.render.site_data import site_data
from generator.run_log import Record, RunLog
from generator.sync.history import dated_payloads, replayed
from generator.sync.http_cache import HttpCache
from generator.sync.memo import Memo
from generator.sync.payloads import Transport
from generator.sync.run import Outcome, fetched_payloads, merged, unchanged
from generator.sync.state import load_state, save_state
from generator.sync.transport import Live, Mirror, Package, TimeBudget
from wasm_tools.bundle.assemble import assemble


def transports(mirror: str | None, as_of: str, cache: Path | None = None) -> list[Transport]:
    """The mirror when one is given; else the live host, asked only for what has changed, and then the package."""
    if mirror:
        return [Mirror(mirror, as_of)]
    client = httpx.Client(headers={"User-Agent": USER_AGENT}, follow_redirects=True)
    return [Live(client, as_of, TimeBudget(), cache=HttpCache(cache) if cache else None), Package(as_of)]


def sync_stage(
    at: Inputs,
    mirror: str | None,
    report: Callable[[Outcome], None],
    only: Sequence[str] = (),
    history: Path | None = None,
    log: RunLog | None = None,
) -> tuple[Inputs, list[Outcome], bool]:
    """Sync all sources and save the state. The third value says whether anything changed on disk.

    With a folder of `history` the state starts anew from its dated payloads. When nothing at all has changed since the
    last sync, nothing is parsed.
    """
    unknown = [s for s in only if s not in at.registry.source]
    if unknown:
        raise RunError(f"no source named {', '.join(unknown)}; known: {', '.join(at.registry.source)}")
    before = at.state
    if history is not None:
        before = replayed(at.registry, dated_payloads(history, at.registry), at.as_of, report)
        before.model_texts = at.state.model_texts
    told = log.fetched if log else silent
    fetched = fetched_payloads(at.registry, transports(mirror, at.as_of, at.places.cache / "payloads"), only, told)
    code = folder_digest(
        [at.places.root / "generator", *(at.places.root / "wasm_tools" / p for p in ("pricing", "performance"))], "*.py"
    )
    inputs = f"{at.as_of} {code} {folder_digest([at.places.registry], '*')}"
    memo = Memo(at.places.cache / "sync.json", inputs, at.places.state)
    if history is None and memo.holds(fetched):
        outcomes = unchanged(before, fetched, at.registry)
        for outcome in outcomes:
            report(outcome)
        return at, outcomes, False
    with uncollected():
        state, outcomes = merged(at.registry, before, fetched, at.as_of, report)
    if not state.offers:
        raise RunError("no source could be reached and there is no earlier state: check the network or give --mirror")
    with uncollected():
        changed = save_state(state, at.places.state)
        memo.remember(fetched)
        return replace(at, state=load_state(at.places.state) if changed else at.state), outcomes, changed


def precompute_stage(at: Inputs, step: Step, scheduler: str | None = None) -> Precomputed:
    """Plan every cell and use case, on a Dask cluster if one is named, and write them under build/precompute."""
    results = precomputed(at.registry, at.state, at.places.registry, at.as_of, step, executor(scheduler))
    write_precomputed(results, at.places.precomputed)
    return results


def bundle_stage(at: Inputs, results: Precomputed) -> Mapping[str, Any]:
    """Assemble the browser bundle and return its asset map."""
    node = shutil.which("node")
    if node is None:
        raise RunError("Node.js is needed to compile the browser bundle: run `make install`")
    packs = {
        "planner": pack_text(results.catalogue).encode(),
        "manifests": manifest_pack_text(at.registry, at.places.registry).encode(),
        "ask": json.dumps(
            ask_pack(at.registry, at.places.registry, at.as_of), ensure_ascii=False, separators=(",", ":")
        ).encode(),
        "invoice": json.dumps(
            invoice_pack(at.registry, at.state, at.as_of), ensure_ascii=False, separators=(",", ":")
        ).encode(),
        "observe": json.dumps(observe_pack(at.places.registry), ensure_ascii=False, separators=(",", ":")).encode(),
    }
    assemble(at.places.root, at.places.runtime, at.places.bundle, packs, node, at.places.cache)
    record: Mapping[str, Any] = json.loads((at.places.bundle / "bundle.json").read_text(encoding="utf-8"))
    return record


def render_stage(
    at: Inputs,
    results: Precomputed,
    bundle: Mapping[str, Any],
    step: Step,
    fresh: bool = False,
    run: tuple[Record, ...] = (),
) -> RenderSummary:
    """Render all pages and downloads into build/site and copy the bundle beside them.

    Pages whose content is that of the last build are taken from its memory, unless `fresh`.
    """
    memory = at.places.build / "pages.sqlite"
    if fresh:
        memory.unlink(missing_ok=True)
    data = site_data(at, results, bundle, run)
    summary = rendered(data, at.places.built_site, at.places.root, step, memory)
    shutil.copytree(at.places.bundle, at.places.built_site / "assets" / "engine")
    return summary


def publish_stage(at: Inputs, target: Path, digest: str = "") -> Seal:
    """Seal build/site and put it in the place of `target` in one step. `digest` says of which inputs it is made."""
    facts = {
        "as_of": at.as_of,
        "offers": len(at.state.offers),
        "gpu_offers": len(at.state.gpu_offers),
        "benchmarks": len(at.state.points),
        "inputs": digest,
    }
    seal = sealed(at.places.built_site, facts)
    published(at.places.built_site, target)
    return seal
