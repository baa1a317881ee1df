"""The seal: policy, link check, size check and checksums of a built site. A site that fails is not published."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.failure import Failure
from generator.publish.links import broken_links
from generator.publish.offline import write_offline_workers
from generator.publish.policy import (
    CHART_MARK,
    OWN_SERVER_PAGES,
    TOOL_FOLDERS,
    headers_file,
    inline_styles,
    policy,
    script_hashes,
    with_policy,
)

# Limits of usual static hosts.
MAX_FILES = 18_000
MAX_BYTES = 600_000_000
MAX_FILE_BYTES = 24_000_000

SUMS = "SHA256SUMS"  # of all files but itself and BUILD, which holds its checksum
BUILD = "build.json"


class SealError(Failure):
    """A built site that must not be published; the message lists the faults."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What was sealed."""

    files: int
    pages: int
    bytes: int
    digest: str


def sealed(site: Path, facts: Mapping[str, object]) -> Seal:
    """Write policies, headers, checksums and `build.json` into the site; raises SealError listing what is wrong."""
    pages = {p.relative_to(site).as_posix(): p.read_text(encoding="utf-8") for p in sorted(site.rglob("*.html"))}
    hashes = script_hashes(pages.items())
    faults = [f"{name}: has an inline style or event handler" for name, html in pages.items() if inline_styles(html)]
    of_tools: dict[str, str] = {}
    for name, html in pages.items():
        is_tool, charts = name.startswith(TOOL_FOLDERS), CHART_MARK in html
        text = policy(hashes, is_tool, charts, name.startswith(OWN_SERVER_PAGES))
        if is_tool:
            of_tools[name.removesuffix("index.html")] = text
        (site / name).write_text(with_policy(html, text), encoding="utf-8")
    write_offline_workers(site)
    (site / "_headers").write_text(headers_file(policy(hashes, tool=True), of_tools), encoding="utf-8")
    (site / ".nojekyll").write_text("", encoding="utf-8")
    for name in (SUMS, BUILD):
        (site / name).unlink(missing_ok=True)
    files = sorted(p for p in site.rglob("*") if p.is_file())
    names = {p.relative_to(site).as_posix() for p in files}
    faults += broken_links(pages.items(), names)
    faults += oversize(files, site)
    if faults:
        shown = "\n".join(f"  {fault}" for fault in faults[:20])
        raise SealError(f"the site has {len(faults)} faults and is not published:\n{shown}")
    sums = site_sums(site)
    (site / SUMS).write_text(sums, encoding="utf-8")
    digest = hashlib.sha256(sums.encode()).hexdigest()
    total = sum(p.stat().st_size for p in files)
    record = {**facts, "files": len(files), "pages": len(pages), "bytes": total, "sha256": digest}
    (site / BUILD).write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return Seal(len(files), len(pages), total, digest)


def site_sums(site: Path) -> str:
    """The checksums of all files of a site as `sha256sum` writes them, without the two files that are made of them."""
    names = sorted(p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file())
    listed = (n for n in names if n not in (SUMS, BUILD))
    return "".join(f"{hashlib.sha256((site / n).read_bytes()).hexdigest()}  {n}\n" for n in listed)


def oversize(files: list[Path], site: Path) -> list[str]:
    """A sentence for each limit of usual static hosts that the site breaks."""
    faults = []
    if len(files) > MAX_FILES:
        faults.append(f"{len(files):,} files, usual hosts allow {MAX_FILES:,}")
    total = sum(p.stat().st_size for p in files)
    if total > MAX_BYTES:
        faults.append(f"{total / 1e6:,.0f} MB, usual hosts allow {MAX_BYTES / 1e6:,.0f} MB")
    for p in files:
        if p.stat().st_size > MAX_FILE_BYTES:
            faults.append(
                f"{p.relative_to(site)}: {p.stat().st_size / 1e6:.1f} MB, hosts allow {MAX_FILE_BYTES / 1e6:.0f} MB"
            )
    return faults
