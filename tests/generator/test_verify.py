"""`atlas verify`: an untouched site passes, and each planted fault is found and named."""

import gzip
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.cli import app
from generator.precompute.run import pack_text
from generator.publish.seal import sealed
from generator.publish.verify.files import file_checks
from generator.publish.verify.plans import plan_check
from generator.render.downloads import download_files
from tests.generator.small_site import small_site
from wasm_tools.bundle.manifest import BundleFile, BundleManifest, build_id

PACK = "planner-0123456789ab.json.gz"
SCRIPT = "web-0123456789ab/planner.mjs"
CELL = "api/v1/plans/1024-1024/deferred/1.json"
PAGE = '<!doctype html><html lang=en><head><title>t</title>{}</head><body><a href="{}">x</a></body></html>'


def written(site: Path, name: str, body: bytes) -> BundleFile:
    path = site / "assets" / "engine" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return BundleFile(name, len(body), hashlib.sha256(body).hexdigest(), len(body))


def with_engine(site: Path) -> None:
    """A bundle of one pack and one script: what verification reads of an engine."""
    pack = gzip.compress(pack_text(small_site().results.catalogue).encode(), mtime=0)
    files = {
        "planner.json": written(site, PACK, pack),
        "planner.mjs": written(site, SCRIPT, b"export const x = 1;\n"),
        "worker.mjs": written(site, "web-0123456789ab/worker.mjs", b""),
    }
    identifier = build_id(files, "{}")
    text = (
        BundleManifest(identifier, "314", "3.14", files, ("planner",), {"used": {}, "whole": {}}, {}, {}, "{}")
        .to_json()
        .encode()
    )
    for name in ("bundle.json", f"bundle-{identifier}.json"):
        written(site, name, text)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The downloads of the small site with an engine, a tool page and a start page, sealed."""
    site = tmp_path_factory.mktemp("verify") / "site"
    for name, body in download_files(small_site()):
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    with_engine(site)
    (site / "tools" / "planner").mkdir(parents=True)
    script = f'<script type="module" src="../../assets/engine/{SCRIPT}"></script>'
    (site / "tools" / "planner" / "index.html").write_text(PAGE.format(script, "../../"))
    (site / "index.html").write_text(PAGE.format("", "tools/planner/"))
    sealed(site, {"as_of": small_site().as_of})
    return site


@pytest.fixture
def site(untouched: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(untouched, tmp_path / "site"))


def faults(site: Path, sample: int = 0) -> dict[str, tuple[str, ...]]:
    return {c.title: c.faults for c in (*file_checks(site), plan_check(site, sample, 7)) if c.faults}


def said(site: Path, sample: int = 0) -> str:
    return "\n".join(f"{title}: {fault}" for title, found in faults(site, sample).items() for fault in found)


def reseal(site: Path) -> None:
    """What a forger with the same tools would do: make every list anew."""
    sealed(site, {"as_of": small_site().as_of})


def changed(path: Path, change: Callable[[bytes], bytes]) -> None:
    before = path.read_bytes()
    path.write_bytes(change(before))
    assert path.read_bytes() != before


def flipped(body: bytes) -> bytes:
    at = len(body) // 2 if body.startswith(b"PK") else len(body) - 2  # the end of an archive is a remark about it
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


def test_untouched_site_passes_and_something_was_looked_at(untouched: Path) -> None:
    checks = [*file_checks(untouched), plan_check(untouched, 1_000_000, 0)]
    assert [c for c in checks if c.faults] == []
    assert all(c.checked for c in checks)
    assert checks[-1].checked > 100
    rankings = [json.loads(p.read_text()) for p in (untouched / "api/v1/plans").rglob("*.json")]
    cases = [json.loads(p.read_text()) for p in (untouched / "api/v1/use-cases").rglob("*.json")]
    there = sum(len(c["plans"]) for r in rankings for c in r["classes"].values()) + sum(len(c["plans"]) for c in cases)
    assert checks[-1].checked == there, "a sample larger than the site is the whole site"


BYTE = {
    "index.html": {"whole site"},
    "api/v1/offers.csv": {"whole site", "downloads", "index of the downloads", "data package", "whole archive"},
    "api/v1/models/open-70b.json": {"whole site", "downloads"},
    "api/v1/index.json": {"whole site", "downloads", "index of the downloads"},
    f"assets/engine/{SCRIPT}": {"whole site", "browser engine"},
    "tools/planner/index.html": {"whole site", "lists of the service workers"},
    f"{CELL}.gz": {"whole site", "downloads", "packed twins"},
    "api/v1/atlas.zip": {"whole site", "downloads", "index of the downloads", "whole archive"},
}


@pytest.mark.parametrize("name", BYTE)
def test_one_changed_byte_is_found_by_every_list_that_has_the_file(name: str, site: Path) -> None:
    changed(site / name, flipped)
    assert faults(site).keys() == BYTE[name]
    assert name in "\n".join(faults(site)["whole site"])


@pytest.mark.parametrize("name", [n for n in BYTE if n != "api/v1/index.json"])
def test_missing_file_is_named(name: str, site: Path) -> None:
    (site / name).unlink()
    assert f"{name} is missing; SHA256SUMS lists it" in said(site)


@pytest.mark.parametrize("name", ["new.html", "api/v1/new.csv", "assets/engine/new.mjs"])
def test_extra_file_is_named(name: str, site: Path) -> None:
    (site / name).write_text("")
    assert f"{name} is not listed in SHA256SUMS" in said(site)


def test_engine_takes_no_file_that_its_map_does_not_name_even_if_sealed(site: Path) -> None:
    (site / "assets/engine/new.mjs").write_text("")
    reseal(site)
    assert said(site) == "browser engine: assets/engine/new.mjs is not listed in assets/engine/bundle.json"


@pytest.mark.parametrize("name", ["SHA256SUMS", "api/v1/SHA256SUMS", "build.json", "assets/engine/bundle.json"])
def test_missing_list_is_a_fault_and_no_traceback(name: str, site: Path) -> None:
    (site / name).unlink()
    assert f"{name} cannot be" in said(site, 1)


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"[]", b'{"resources": 1}', b"{}"])
@pytest.mark.parametrize(
    "name",
    [
        "SHA256SUMS",
        "build.json",
        "api/v1/index.json",
        "api/v1/atlas.zip",
        "assets/engine/bundle.json",
        "tools/sw.js",
        CELL,
    ],
)
def test_garbage_in_any_list_is_told(name: str, body: bytes, site: Path) -> None:
    (site / name).write_bytes(body)
    assert name in said(site, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [("usd_per_month", "1.00"), ("replicas", 99), ("slo", "ok"), ("itl_ms", 0.5), ("id", "api:x:y:z")],
)
def test_changed_plan_is_found_even_when_every_checksum_was_made_anew(field: str, value: object, site: Path) -> None:
    record = json.loads((site / CELL).read_text())
    plan = record["classes"]["medium"]["plans"][-1]
    identifier = plan["id"]
    assert plan[field] != value
    plan[field] = value
    (site / CELL).write_text(json.dumps(record))
    found = said(site, 1_000_000)
    assert f"{CELL}, class medium" in found
    assert (f"{field} is {value!r}" if field != "id" else "not among the plans computed again") in found
    assert identifier in found or field == "id"


def test_changed_price_in_the_pack_changes_the_plans(site: Path) -> None:
    engine = site / "assets" / "engine"
    pack = json.loads(gzip.decompress((engine / PACK).read_bytes()))
    for rental in pack["rentals"]:
        rental[5] = "77.7"
    (engine / PACK).write_bytes(gzip.compress(json.dumps(pack).encode(), mtime=0))
    assert "usd_per_month is" in "\n".join(faults(site, 1_000_000)["plans computed again"])


def test_sample_is_chosen_by_the_seed(site: Path) -> None:
    for path in (site / "api/v1/plans").rglob("*.json"):
        record = json.loads(path.read_text())
        for ranking in record["classes"].values():
            for plan in ranking["plans"]:
                plan["usd_per_month"] = "0.01"
        path.write_text(json.dumps(record))
    first, again, other = (plan_check(site, 5, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert first.checked == other.checked == 5


def test_command_prints_a_table_and_says_by_its_code(untouched: Path, site: Path) -> None:
    shown = CliRunner().invoke(app, ["verify", str(untouched), "--sample", "2"])
    assert shown.exit_code == 0, shown.output
    assert "whole site" in shown.stdout and "2 plans" in shown.stdout
    (site / "robots.txt").write_text("")
    failed = CliRunner().invoke(app, ["verify", str(site), "--sample", "0", "--json"])
    assert failed.exit_code == 1
    checks = {c["title"]: c for c in json.loads(failed.stdout)["checks"]}
    assert "robots.txt is not listed in SHA256SUMS" in checks["whole site"]["faults"]
    assert checks["plans computed again"]["checked"] == 0


def test_folder_without_a_site_is_refused(tmp_path: Path) -> None:
    refused = CliRunner().invoke(app, ["verify", str(tmp_path)])
    assert "holds no built site" in str(refused.exception)
