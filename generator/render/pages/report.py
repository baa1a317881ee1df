"""The page that puts the report of a wrong price together; it sends nothing by itself."""

import tomllib
from collections.abc import Iterator

from generator.places import checkout
from generator.render.page import Page, SiteData


def pages(data: SiteData) -> Iterator[Page]:
    """The one page."""
    yield Page(
        path="report/",
        title="Report a wrong price",
        description="Puts together what a correction needs: the id of the price, what it says, and what it should say.",
        template="report.html",
        context={"address": report_target(), "date": data.as_of},
        scripts=("assets/report.mjs",),
        styles=("assets/report.css",),
    )


def report_target() -> str:
    """The address template of data/registry/site.toml; empty when this copy of the atlas names none."""
    with (checkout().registry / "site.toml").open("rb") as file:
        return str(tomllib.load(file)["report"]["address"])
