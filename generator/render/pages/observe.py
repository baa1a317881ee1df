"""Observe: files of load tests, monitoring and kubectl against a plan, read by the engine in the page."""

from collections.abc import Iterator

from generator.benchmarks.community import load_rules
from generator.places import checkout
from generator.render.page import Page, SiteData
from generator.render.texts import text
from generator.render.tool_assets import data_block, download_bytes, module, modules_of
from generator.render.translated import root_from
from wasm_tools.observe.cluster.objects import COMMAND
from wasm_tools.outcomes.fields import ARRIVALS, TIERS
from wasm_tools.performance.configuration import ENGINES, PRECISIONS

PATH = "tools/observe/"
PACKS = ("observe", "planner")
EXAMPLE = "observe/example"  # real output of a real tool, run against the simulated server


def pages(data: SiteData) -> Iterator[Page]:
    """The one page; the files of its example stand in it."""
    yield Page(
        path=PATH,
        title=text("observe.title"),
        description=text("observe.description"),
        template="observe.html",
        context={
            "packs": PACKS,
            "command": COMMAND,
            "tiers": [(name, text(f"observe.outcome.tiers.{name}")) for name in TIERS],
            "arrivals": [(name, text(f"observe.outcome.arrivals.{name}")) for name in ARRIVALS],
            "licences": [(name, name) for name in load_rules(checkout().registry / "community.toml").licences],
            "precisions": [(name, name) for name in PRECISIONS],
            "engines": [(name, name) for name in ENGINES],
            "settings": data_block(
                {
                    "root": root_from(PATH),
                    "build_id": data.bundle["build_id"],
                    "bytes": download_bytes(data, PACKS),
                    "packs": PACKS,
                    "example": example_files(),
                }
            ),
        },
        scripts=(module(data, "observe.mjs"), module(data, "relative_dates.mjs")),
        ahead=modules_of(data, "observe.mjs"),
        styles=("assets/tools.css", "assets/invoice.css", "assets/observe.css"),
        texts=("observe.script", "tools.script", "chart"),
        tool=True,
    )


def example_files() -> dict[str, str]:
    """The files of the example by name, the plan first."""
    folder = checkout().registry / EXAMPLE
    found = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.json"))}
    return dict(sorted(found.items(), key=lambda item: (item[0] != "plan.json", len(item[0]), item[0])))
