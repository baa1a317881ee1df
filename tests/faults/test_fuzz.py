"""Damaged input for every parser: it is read, or refused in words; no other exception comes out.

200 examples a parser, always the same; with ATLAS_FULL=1 (`make test-full`) 10,000, other ones each day. A failure
names the number of its example and the day, from which `damaged` makes it again.
"""

import json
import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from generator.mix_file import read_mix
from generator.overlay import OverlayError, with_overlay
from generator.registry import load_registry
from generator.steps_file import read_pipeline
from generator.sync.source_registry import SourceError, connector, load_sources
from generator.sync.state import State
from generator.sync.statements import PayloadError
from tests.wasm_tools.bills import SPELLINGS, WORKLOADS
from wasm_tools.invoice.mapping import parse_mapping
from wasm_tools.invoice.uploads import open_bills
from wasm_tools.invoice.usage import InvoiceError
from wasm_tools.methods.read_nodes import _nodes
from wasm_tools.models.pasted_config import model_of_config
from wasm_tools.observe.cluster.objects import is_kubectl, read_objects
from wasm_tools.observe.cluster.status import cluster_status
from wasm_tools.observe.expected import Expected, expected_of
from wasm_tools.observe.reading import json_of, read_observed
from wasm_tools.outcomes.points import claim_of, point_of
from wasm_tools.outcomes.reading import outcome_text, read_outcomes
from wasm_tools.performance.plausibility import implausible
from wasm_tools.planner.scenario import read_scenarios
from wasm_tools.pricing.meters import MeterError, parse_meter
from wasm_tools.pricing.offers import OfferError, parse_evidence
from wasm_tools.spend.ledger_lines import record_of
from wasm_tools.spend.recording.settings import SettingsError
from wasm_tools.spend.recording.settings import settings as ledger_settings
from wasm_tools.workload.trace import read_trace
from wasm_tools.workload.traffic import InputError

FULL = bool(os.environ.get("ATLAS_FULL"))
EXAMPLES = 10_000 if FULL else 200
DAY = os.environ.get("ATLAS_FUZZ_DAY") or (datetime.now(UTC).date().isoformat() if FULL else "always")
ROOT = Path(__file__).parents[2]
PAYLOADS = ROOT / "tests" / "payloads"
REGISTRY = load_registry(ROOT / "data" / "registry")
LARGEST = 6_000  # bytes of a seed: what goes wrong does so in a few rows
REFUSED = (PayloadError, InvoiceError, InputError, OverlayError, SourceError, MeterError, OfferError, SettingsError)
ONE_FILE = {  # the name under which the small payload stands among the files of its source
    "azure-retail": "page-000", "gcp-billing": "page-000", "aws-pricelist-ec2": "us-east-1", "gpuhunt": "aws.csv",
    "inference-atlas-gpu": "gpu.csv",
}  # fmt: skip
OTHER_FILES = {
    "aws-pricelist-ec2": {"locations.json": {"US East (N. Virginia)": {"code": "us-east-1", "type": "AWS Region"}}}
}
ODD = (
    b'"', b"'", b"\n", b",", b";", b"\0", b"{", b"}", b"[", b"[" * 3000, b'{"a":' * 3000,
    b"NaN", b"Infinity", b"1e999",
    b"-1", b"0", b"9" * 5000, b"null", b"true", b"\xff\xfe", b"\xe2\x80\xae", b"\\ud800", b"=1+1", b"\r", b"\t", b": ",
    b"[]", b"{}", b'""', b"- ", b"0000-00-00", b"1.5", b"../../x", b"<script>",
)  # fmt: skip


@dataclass(frozen=True)
class Parser:
    """What is fuzzed: good texts, and the function that reads one."""

    seeds: tuple[bytes, ...]
    read: Callable[[bytes], object]


def _text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: read(data.decode(errors="surrogateescape" if b"\xff" in data else "replace"))


def _file(read: Callable[[Path], object], name: str) -> Callable[[bytes], object]:
    def of(data: bytes) -> object:
        path = Path(os.environ["ATLAS_FUZZ_FOLDER"]) / name
        path.write_bytes(data)
        return read(path)

    return of


def _parse(source: str) -> Callable[[bytes], object]:
    module = connector(REGISTRY.source[source])
    if REGISTRY.source[source].kind == "benchmark":
        return lambda data: list(module.points(data)[0])
    return lambda data: module.parse(data, REGISTRY.units)


def _sources() -> dict[str, Parser]:
    found = {}
    for path in sorted(PAYLOADS.iterdir()):
        if path.suffix in (".json", ".csv", ".yml") and path.stem in REGISTRY.source:
            name = path.stem
            seed = path.read_text()
            of_files = (source := REGISTRY.source[name]).files or (source.collected and not source.stored)
            if of_files:
                texts = OTHER_FILES.get(name, {}) | ({ONE_FILE[name]: seed} if name in ONE_FILE else json.loads(seed))
                seed = json.dumps({k: v if isinstance(v, str) else json.dumps(v) for k, v in texts.items()})
            found.setdefault(name, Parser((seed.encode(),), _parse(name)))
    return found


def _bill(data: bytes) -> object:
    bills, _ = open_bills([("bill", data)], None, SPELLINGS, WORKLOADS)
    return [list(bill.entries()) for bill in bills]


def _cluster(text: str) -> object:
    given = json_of(text)
    if not is_kubectl(given):
        raise InputError("kubectl", "this is nothing that kubectl prints")
    return json.dumps(cluster_status(read_objects(given), (), Expected({}, replicas=1)), allow_nan=False)


def _outcome(text: str) -> object:
    """Read, judged and written again: what was read once is read again alike."""
    outcomes = read_outcomes(text)
    for outcome in outcomes:
        list(implausible(claim_of(outcome, None, None)))
        point_of(outcome)
    assert read_outcomes(outcome_text(outcomes)) == outcomes
    return outcomes


SMALL: dict[str, Callable[[bytes], object]] = {
    "kubectl nodes": _text(lambda text: list(_nodes(text))),
    "observed": _text(read_observed),
    "outcome": _text(_outcome),
    "expected": _text(lambda text: expected_of(json_of(text))),
    "kubectl state": _text(_cluster),
    "scenario": _text(read_scenarios),
    "meter": _text(parse_meter),
    "evidence": _text(parse_evidence),
    "column mapping": _text(parse_mapping),
    "config.json": model_of_config,
    "trace": _text(lambda text: read_trace(text.lstrip())),
    "mix file": _file(read_mix, "mix.toml"),
    "steps file": _file(read_pipeline, "steps.toml"),
    "overlay": _file(lambda path: with_overlay(REGISTRY, State(), path, "2026-11-20"), "overlay.toml"),
    "atlas.toml": _file(lambda path: ledger_settings(path.parent), "atlas.toml"),
}
SEEDS = tomllib.loads((PAYLOADS / "fuzz_seeds.toml").read_text())
INVOICES = sorted(p for p in (PAYLOADS / "invoices").iterdir() if p.suffix in (".csv", ".json", ".jsonl"))
SOURCES_TOML = (ROOT / "data" / "registry" / "sources.toml").read_bytes()
PARSERS = {
    **{f"source {name}": parser for name, parser in _sources().items()},
    **{f"invoice {p.name}": Parser((p.read_bytes(),), _bill) for p in INVOICES},
    **{name: Parser(tuple(seed.encode() for seed in SEEDS[name]), read) for name, read in SMALL.items()},
    "ledger lines": Parser(tuple((PAYLOADS / "invoices" / "ledger.jsonl").read_bytes().splitlines()), record_of),
    "sources.toml": Parser((SOURCES_TOML[:LARGEST],), _file(load_sources, "sources.toml")),
}


def damaged(seeds: tuple[bytes, ...], chance: Random) -> bytes:
    """A good text with one to four places cut out, doubled, turned around or replaced by something odd."""
    data = chance.choice(seeds)[:LARGEST]
    for _ in range(chance.randint(1, 4)):
        start, length = chance.randint(0, len(data)), chance.choice((0, 0, 1, 2, 5, 20, 80))
        kept = data[start : start + length]
        other = chance.randbytes(chance.randint(0, 6))
        odd = other if chance.random() < 0.1 else chance.choice((b"", kept * 2, kept[::-1], *ODD))
        data = data[:start] + odd + data[start + length :]
    return data


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.environ["ATLAS_FUZZ_FOLDER"] = str(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("name", PARSERS)
def test_damaged_input_is_read_or_refused_in_words(name: str) -> None:
    parser = PARSERS[name]
    for number in range(EXAMPLES):
        data = damaged(parser.seeds, Random(f"{DAY} {name} {number}"))
        try:
            parser.read(data)
        except REFUSED as error:
            assert str(error).strip(), f"example {number} of {DAY} is refused without a word: {data!r}"
        except Exception as error:
            error.add_note(f"example {number} of {DAY}: {data!r}")
            raise


def test_an_error_that_is_no_refusal_is_noticed_and_can_be_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(data: bytes) -> None:
        if b"NaN" in data:
            raise ZeroDivisionError

    monkeypatch.setitem(PARSERS, "planted", Parser((b'{"a": 1}',), read))
    with pytest.raises(ZeroDivisionError) as caught:
        test_damaged_input_is_read_or_refused_in_words("planted")
    (note,) = caught.value.__notes__
    number = int(note.split()[1])
    assert b"NaN" in damaged((b'{"a": 1}',), Random(f"{DAY} planted {number}"))


@pytest.mark.parametrize("name", [n for n in PARSERS if n != "sources.toml"])
def test_the_undamaged_input_is_good(name: str) -> None:
    for seed in PARSERS[name].seeds:
        PARSERS[name].read(seed)
