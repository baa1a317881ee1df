"""The page that puts the report of a wrong price together; it sends nothing by itself."""

import tomllib
from collections.abc import Iterator

from generator.places import checkout
from generator.render.page import Page, SiteData
from generator.render.texts import text


def pages(data: SiteData) -> Iterator[Page]:
    """The one page."""
    yield Page(
        path="report/",
        title=text("report.title"),
        description=text("report.description"),
        template="report.html",
        context={"address": report_target(), "date": data.as_of},
        scripts=("assets/report.mjs",),
        styles=("assets/report.css",),
        texts=("report.script",),
    )


def report_target() -> str:
    """The address template of data/registry/site.toml; empty when this copy of the atlas names none."""
    with (checkout().registry / "site.toml").open("rb") as file:
        return str(tomllib.load(file)["report"]["address"])
