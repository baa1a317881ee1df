"""Packages: wheels made on the spot, read without running anything in them, and the failures of pip in words."""

import json
import stat
import zipfile
from pathlib import Path

import pytest

from generator.sync.package_records import RecordsError, json_records
from generator.sync.packages import Package, newest_stamp
from generator.sync.payloads import TransportError
from generator.sync.source_registry import PackageMember, Source

AS_OF = "2026-11-21"

MODULE = b"""
import datetime
from decimal import Decimal
from .types import *

providers: list[Provider] = [
    Provider(
        id='deepseek', name=None, extractors=[UsageExtractor(root='usage', mappings=[])],
        model_match=ClauseOr(or_=[ClauseEquals(equals='a'), ClauseEquals(equals='b')]),
        models=[
            ModelInfo(
                id='v4', deprecated=True, context_window=1000,
                prices=[
                    ConditionalPrice(constraint=None, prices=ModelPrice(input_mtok=Decimal('0.140'))),
                    ConditionalPrice(
                        constraint=StartDateConstraint(start_date=datetime.date(2026, 8, 17)),
                        prices=ModelPrice(
                            input_mtok=TieredPrices(base=Decimal('2'), tiers=[Tier(start=5, price=Decimal('1E-7'))])
                        ),
                    ),
                    ConditionalPrice(
                        constraint=TimeOfDateConstraint(
                            start_time=datetime.time(1, 0, tzinfo=datetime.UTC),
                            end_time=datetime.time(4, tzinfo=datetime.UTC),
                        ),
                        prices=ModelPrice(),
                    ),
                ],
                price_variants=[PriceVariant(when={'processing': 'batch'}, prices=ModelPrice())],
            )
        ],
    )
]
"""


def source(package: PackageMember | None) -> Source:
    return Source(
        id="some-list", title="", url="https://example.org/x", homepage="", licence="MIT", share="yes", attribution="",
        family="some-list", rank=2, cadence_days=1, kind="api", package=package,
    )  # fmt: skip


def fake_python(tmp_path: Path, wheel: Path | None, complaint: str = "", seconds: float = 0) -> str:
    """A stand-in for the interpreter that runs `-m pip download … -d FOLDER NAME`, since tests have no network."""
    script = tmp_path / "python"
    lines = ["#!/bin/sh"]
    if seconds:
        lines += [f"exec sleep {seconds}"]
    if complaint:
        lines += [f"echo '{complaint}' >&2", "exit 1"]
    if wheel:
        lines += ['while [ "$1" != "-d" ]; do shift; done', f'cp "{wheel}" "$2"']
    script.write_text("\n".join(lines) + "\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return str(script)


def wheel(
    tmp_path: Path, stamp: tuple[int, int, int, int, int, int] = (2026, 10, 11, 0, 0, 0), **members: bytes
) -> Path:
    path = tmp_path / "some_list-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in members.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", "."), stamp), body)
    return path


def reason(transport: Package, of: Source) -> str:
    with pytest.raises(TransportError) as caught:
        transport.fetch(of)
    return str(caught.value)


def test_a_payload_in_a_wheel_has_the_version_and_the_date_of_the_wheel(tmp_path: Path) -> None:
    python = fake_python(tmp_path, wheel(tmp_path, map__json=b"{}", other__json=b"[]"))
    got = Package(AS_OF, python=python).fetch(source(PackageMember(name="some-list", member="map.json")))
    assert (got.body, got.transport, got.observed_at, got.version) == (b"{}", "package", "2026-10-11", "1.2.3")


def test_a_wheel_without_the_member_says_so(tmp_path: Path) -> None:
    python = fake_python(tmp_path, wheel(tmp_path, map__json=b"{}"))
    said = reason(Package(AS_OF, python=python), source(PackageMember(name="some-list", member="gone.json")))
    assert "has no member gone.json" in said and "some-list: package" in said


def test_a_member_over_the_size_limit_is_not_unpacked(tmp_path: Path) -> None:
    python = fake_python(tmp_path, wheel(tmp_path, map__json=b"x" * 500))
    package = PackageMember(name="some-list", member="map.json")
    assert "the limit is 100" in reason(Package(AS_OF, python=python, max_bytes=100), source(package))


def test_a_file_that_is_no_wheel_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "some_list-1.2.3-py3-none-any.whl"
    broken.write_bytes(b"not a zip file")
    package = PackageMember(name="some-list", member="map.json")
    assert "not a readable wheel" in reason(Package(AS_OF, python=fake_python(tmp_path, broken)), source(package))


def test_what_pip_says_last_is_the_reason(tmp_path: Path) -> None:
    python = fake_python(tmp_path, None, complaint="ERROR: No matching distribution found")
    package = PackageMember(name="some-list", member="map.json")
    assert "No matching distribution found" in reason(Package(AS_OF, python=python), source(package))


def test_a_download_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    python = fake_python(tmp_path, None, seconds=5)
    package = PackageMember(name="some-list", member="map.json")
    assert "took more than 0.2 s" in reason(Package(AS_OF, python=python, seconds=0.2), source(package))


def test_a_source_without_a_package_says_so() -> None:
    assert "no package carries this payload" in reason(Package(AS_OF), source(None))


@pytest.mark.parametrize(
    ("stamps", "day"),
    [
        (["2026-10-11", "2026-09-01"], "2026-10-11"),
        (["2026-12-01", "2026-09-01"], "2026-09-01"),  # a stamp in the future is no observation
        (["1980-01-01"], AS_OF),
        (["2020-02-02"], AS_OF),  # what packaging tools write for "no date"
        ([], AS_OF),
    ],
)
def test_placeholder_stamps_are_no_dates(stamps: list[str], day: str) -> None:
    parts = [(*map(int, s.split("-")), 0, 0, 0) for s in stamps]
    assert newest_stamp(parts, AS_OF) == day  # type: ignore[arg-type]


def test_a_python_table_becomes_the_json_of_the_live_file() -> None:
    assert json.loads(json_records(MODULE)) == [
        {
            "id": "deepseek",
            "model_match": {"or": [{"equals": "a"}, {"equals": "b"}]},
            "models": [
                {
                    "id": "v4",
                    "deprecated": True,
                    "context_window": 1000,
                    "prices": [
                        {"prices": {"input_mtok": 0.14}},
                        {
                            "constraint": {"start_date": "2026-08-17"},
                            "prices": {"input_mtok": {"base": 2, "tiers": [{"start": 5, "price": 1e-7}]}},
                        },
                        {"constraint": {"start_time": "01:00:00Z", "end_time": "04:00:00Z"}, "prices": {}},
                    ],
                    "price_variants": [{"when": {"processing": "batch"}, "prices": {}}],
                }
            ],
        }
    ]


def test_digits_of_a_decimal_survive() -> None:
    assert b"0.0000001" in json_records(MODULE)
    assert b'"input_mtok":0.140' in json_records(MODULE)


@pytest.mark.parametrize(
    "module",
    [
        b"providers = [__import__('os').system('true')]",
        b"providers = [open('x')]",
        b"providers = [Provider(**fields)]",
        b"providers = [Provider(price=Decimal('NaN'))]",
        b"providers = [Provider(price=1 + 1)]",
        b"providers = [Provider(at=datetime.time(1, tzinfo=ZoneInfo('x')))]",
        b"prices = []",
        b"providers = [",
    ],
)
def test_anything_but_a_table_of_records_is_refused_and_never_run(module: bytes) -> None:
    with pytest.raises(RecordsError):
        json_records(module)
