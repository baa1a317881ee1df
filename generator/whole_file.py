"""A file that is there as a whole or not at all."""

from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write the text beside its place and move it there in one step; raises OSError, and then the old file stands."""
    new = path.with_name(path.name + ".new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
