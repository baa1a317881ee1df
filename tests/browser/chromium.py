"""The Chromium that tests drive: where it is, and a fresh, silent one with a profile of its own."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> Path | None:
    """The program to drive: $CHROMIUM, else Debian's; None where there is none."""
    path = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
    return path if path.is_file() else None


@contextmanager
def chromium() -> Iterator[BrowserContext]:
    """A browser with an empty profile, closed and forgotten at the end. Raises FileNotFoundError without one."""
    path = chromium_path()
    if path is None:
        raise FileNotFoundError("no Chromium at /usr/bin/chromium: install it or set CHROMIUM")
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            profile, executable_path=path, headless=True, args=list(ARGUMENTS)
        )
        try:
            yield context
        finally:
            context.close()
