"""Publish: the sealed site replaces the old one as one directory. A crash leaves the old or the new one, never half."""

import shutil
from pathlib import Path

from generator.failure import Failure
from generator.folder_swap import put_in_place


class TargetError(Failure):
    """A place where the site must not be put; the message names it and the remedy."""


def checked_target(target: Path, built: Path) -> Path:
    """The target when it may be replaced: absent, empty, or a site that was published before."""
    if built.resolve().is_relative_to(target.resolve()):
        raise TargetError(f"{target} holds the build itself; give another folder with --site")
    if target.exists() and not target.is_dir():
        raise TargetError(f"{target} is a file; give a folder with --site")
    if target.exists() and any(target.iterdir()) and not (target / "build.json").exists():
        raise TargetError(f"{target} holds something else than a published site; empty it or give another folder")
    return target


def published(built: Path, target: Path) -> None:
    """Move `built` to `target`; the former `target` is removed after the switch. TargetError comes before any touch."""
    recover(target)
    checked_target(target, built)
    if target.parent.stat().st_dev != built.stat().st_dev:  # a rename cannot cross file systems: bring it beside first
        beside = target.with_name(target.name + ".new")
        shutil.rmtree(beside, ignore_errors=True)
        built = Path(shutil.move(str(built), str(beside)))
    put_in_place(built, target)
    shutil.rmtree(built, ignore_errors=True)  # the former site, where there was one


def recover(target: Path) -> None:
    """Put back the old site if a run died between the two renames."""
    retired = target.with_name(target.name + ".old")
    if retired.exists() and not target.exists():
        retired.rename(target)
    shutil.rmtree(retired, ignore_errors=True)
