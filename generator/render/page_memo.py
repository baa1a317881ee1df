"""Memory of rendered pages: the same content, templates and shell give the same HTML, so it is not rendered again.

It only saves time. A lost, broken or outdated memory means that every page is rendered, with the same result.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from generator.render.page import Page


class PageMemo:
    """The pages of the last build, and those of this one as they come."""

    def __init__(self, known: Mapping[str, tuple[bytes, str]]) -> None:
        self.known = known
        self.changed: list[tuple[str, bytes, str]] = []
        self.paths: set[str] = set()

    @property
    def rendered(self) -> int:
        """How many pages were rendered in this build."""
        return len(self.changed)

    def take(self, part: "PageMemo") -> None:
        """Add the pages of a part of the same build."""
        self.changed += part.changed
        self.paths |= part.paths

    def html(self, page: Page, render: Callable[[Page], str]) -> str:
        """The HTML of a page, rendered only where anything that it shows has changed: contexts are plain values,
        so that their text tells them apart."""
        self.paths.add(page.path)
        digest = hashlib.sha256(repr(page).encode()).digest()
        before = self.known.get(page.path)
        if before and before[0] == digest:
            return before[1]
        text = render(page)
        self.changed.append((page.path, digest, text))
        return text


@contextmanager
def page_memo(file: Path, inputs: str) -> Iterator[PageMemo]:
    """The memory in `file`, kept up to date when the block ends well. `inputs` stands for all but the pages themselves.

    One transaction: a build that dies leaves the memory of the one before.
    """
    memo = PageMemo(_known(file, inputs))
    yield memo
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        _remember(file, inputs, memo)
    except sqlite3.DatabaseError:
        file.unlink(missing_ok=True)  # broken: the next build starts without one


def _known(file: Path, inputs: str) -> dict[str, tuple[bytes, str]]:
    with suppress(sqlite3.DatabaseError):
        if file.exists():
            with closing(sqlite3.connect(file)) as store:
                if store.execute("SELECT inputs FROM build").fetchone() == (inputs,):
                    return {path: (d, html) for path, d, html in store.execute("SELECT path, digest, html FROM pages")}
    return {}


def _remember(file: Path, inputs: str, memo: PageMemo) -> None:
    with closing(sqlite3.connect(file)) as store, store:
        store.execute("CREATE TABLE IF NOT EXISTS build (inputs TEXT)")
        store.execute("CREATE TABLE IF NOT EXISTS pages (path TEXT PRIMARY KEY, digest BLOB, html TEXT)")
        store.execute("DELETE FROM build")
        store.execute("INSERT INTO build VALUES (?)", (inputs,))
        gone = memo.known.keys() - memo.paths if memo.known else None
        if gone is None:
            store.execute("DELETE FROM pages")
        else:
            store.executemany("DELETE FROM pages WHERE path = ?", [(path,) for path in sorted(gone)])
        store.executemany("INSERT OR REPLACE INTO pages VALUES (?, ?, ?)", memo.changed)
