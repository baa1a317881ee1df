"""Publish: the sealed site replaces the old one as one directory. A crash leaves the old or the new one, never half."""

import shutil
from pathlib import Path


def published(built: Path, target: Path) -> None:
    """Move `built` to `target`; the former `target` is removed after the switch."""
    retired = target.with_name(target.name + ".old")
    recover(target)
    if target.exists():
        target.rename(retired)
    built.rename(target)
    shutil.rmtree(retired, ignore_errors=True)


def recover(target: Path) -> None:
    """Put back the old site if a run died between the two renames."""
    retired = target.with_name(target.name + ".old")
    if retired.exists() and not target.exists():
        retired.rename(target)
    shutil.rmtree(retired, ignore_errors=True)
