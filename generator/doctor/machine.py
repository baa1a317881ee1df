"""Disk space, write rights, the port of the server, and what a run that died has left behind."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from generator.doctor.finding import Finding, fail, ok, warn
from generator.places import Places

NEEDED_BYTES = 2_500_000_000  # a built site, the published one, the one before it, and the caches
ROOMY_BYTES = 2 * NEEDED_BYTES
PORT = 8000


def machine_findings(places: Places) -> Iterator[Finding]:
    """What the machine gives to a run."""
    yield disk_finding(shutil.disk_usage(places.root).free)
    for folder in (places.root / "data", places.build, places.cache, places.root):
        yield write_finding(folder, places.root)
    yield port_finding(PORT)
    yield lock_finding(places.build / "run.lock")


def disk_finding(free: int) -> Finding:
    """Whether `free` bytes are enough for a run."""
    words = f"{free / 1e9:,.1f} GB free"
    remedy = "remove build/ and .cache/ (both are made anew), or give the checkout more room"
    if free < NEEDED_BYTES:
        return fail("disk space", f"{words}; a run needs up to {NEEDED_BYTES / 1e9:.1f} GB", remedy)
    if free < ROOMY_BYTES:
        return warn("disk space", f"{words}; a run needs up to {NEEDED_BYTES / 1e9:.1f} GB", remedy)
    return ok("disk space", words)


def write_finding(folder: Path, root: Path) -> Finding:
    """Whether a file can be made in a folder, or in what is above it when it is not there yet."""
    name = folder.relative_to(root).as_posix() if folder != root and folder.is_relative_to(root) else "checkout"
    there = next(p for p in (folder, *folder.parents) if p.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return ok(f"write rights: {name}", "can be written")
    except OSError as error:
        return fail(f"write rights: {name}", f"{there}: {error.strerror}", "let the user of the run own the checkout")


def port_finding(port: int) -> Finding:
    """Whether `atlas serve` can have its usual port."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError as error:
            return warn("port", f"{port}: {error.strerror}", f"serve on another: `atlas serve --port {port + 80}`")
    return ok("port", f"{port} is free for `atlas serve`")


def lock_finding(lock: Path) -> Finding:
    """Whether another run is at work; the lock of one that died is taken over by the next run."""
    try:
        owner = lock.read_text(encoding="utf-8").strip()
    except OSError:
        return ok("other runs", "none at work")
    if not owner:
        return ok("other runs", "none at work")
    if owner.isdigit() and Path(f"/proc/{owner}").exists():
        return warn(
            "other runs", f"process {owner} is at work in this checkout", "wait for it before you start another"
        )
    return ok("other runs", "none at work; one died, and the next run takes over its lock")
