"""Seconds of the render stage, and its pages a second beside plain mkdocs over the same content. Run as a script.

The stage writes everything: pages, pictures, data files, twins. The comparison takes the HTML of data pages alone,
look-ups, views and templates included, against `mkdocs build` with the same theme over the Markdown twins of an even
sample of the same pages, whose start-up, measured with one page, is taken off. The pages are rendered on one processor,
which is what mkdocs uses, and on all, as the stage does it. Seconds of the clock depend on what else the machine does;
the seconds that its processors worked for us hardly do, so both are told.
"""

import os
import resource
import subprocess
import sys
import tempfile
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter

from generator import nightly, stages
from generator.parallel import side_by_side
from generator.places import Places
from generator.render.page import SiteData
from generator.render.page_maker import PageMaker, View, page_module, views, write_page
from generator.render.shell import built_shell
from generator.render.site_data import site_data
from generator.render.site_index import site_index
from generator.render.templates import article_of, environment
from tests.bench.figures import figure

ROOT = Path(__file__).parents[2]
LIMIT_S, LIMIT_RATIO, SAMPLE = 40, 10, 300
KINDS = ("models", "use_cases", "providers", "plans", "gpus", "workloads")  # the longest first
CONFIG = "site_name: The same as Markdown\ntheme: {name: material}\nmarkdown_extensions: [tables]\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        at = nightly.inputs(Places(ROOT, folder / "work"), None, offline=True)
        results = stages.precompute_stage(at, nightly.silent)
        bundle = stages.bundle_stage(at, results)
        start, before = perf_counter(), worked()
        summary = stages.render_stage(at, results, bundle, nightly.silent)
        seconds, work = perf_counter() - start, worked() - before
        pages = sum(summary.pages.values())
        took = f"{seconds:.1f} s (limit {LIMIT_S}), work {work:.1f} s"
        figure(f"render stage, {pages:,} pages", seconds, "s", at_most=LIMIT_S)
        figure("render stage, work of all processors", work, "s")
        print(f"render: {pages:,} pages, {summary.files:,} files in {took}")
        site = site_data(at, results, bundle)
        paths = [p.path for kind in KINDS for p in page_module(kind).pages(site)]
        theirs, their_work, built = mkdocs_seconds(at.places.built_site, paths, folder)
        print(
            f"mkdocs on the twins: {built:,} pages in {theirs:.1f} s, {built / theirs:,.1f} a second,"
            f" work {their_work:.1f} s"
        )
        for workers in sorted({1, os.cpu_count() or 1}):
            before = worked()
            ours = html_seconds(site_data(at, results, bundle), folder / f"html{workers}", workers)
            work = worked() - before
            ratio, of_work = (len(paths) / a / (built / b) for a, b in ((ours, theirs), (work, their_work)))
            figure(
                f"HTML of data pages a second, {workers} processors",
                len(paths) / ours,
                "pages/s",
                at_least=LIMIT_RATIO * built / theirs,
                against=(built / theirs, "mkdocs on the same pages"),
            )
            figure(
                f"the same a second of work, {workers} processors",
                len(paths) / work,
                "pages/s",
                against=(built / their_work, "mkdocs on the same pages"),
            )
            print(
                f"HTML of data pages, {workers} processors: {len(paths):,} pages in {ours:.1f} s,"
                f" {len(paths) / ours:,.0f} a second, ratio {ratio:.1f} (limit {LIMIT_RATIO});"
                f" work {work:.1f} s, ratio {of_work:.1f}"
            )


def worked() -> float:
    """Seconds that processors have worked for this program and its finished children."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in used)


def html_seconds(data: SiteData, folder: Path, workers: int) -> float:
    """Seconds to make and write the HTML of all data pages of the kinds, look-ups included."""
    out = folder / "html"
    shell = built_shell(ROOT, out, folder / "prose", data.as_of, "")
    start = perf_counter()
    article = article_of(environment(ROOT / "site_templates" / "pages"), data.as_of, "")
    maker = PageMaker(data, shell, article, {}, out)
    share_look_ups(data)
    list(side_by_side([partial(write_html, maker, view) for kind in KINDS for view in views(kind)], workers))
    return perf_counter() - start


def share_look_ups(data: SiteData) -> None:
    """Make what all kinds look up, so that the processes share it."""
    index = site_index(data)
    _ = index.skus_of_model, index.disputes, index.facts


def write_html(maker: PageMaker, view: View) -> None:
    """Write the HTML of a view."""
    for page in view(maker.data):
        write_page(page, maker.html(page), maker.out)


def mkdocs_seconds(site: Path, paths: list[str], folder: Path) -> tuple[float, float, int]:
    """Seconds of mkdocs for a sample of the twins without its start-up, those of its work, and how many pages."""
    twins = [path for path in paths if (site / path / "index.md").is_file()]
    sample = list(islice(twins, 0, None, max(1, len(twins) // SAMPLE)))
    one, all_of_them = (mkdocs_run(site, paths, folder / f"twins{len(paths)}") for paths in (sample[:1], sample))
    return all_of_them[0] - one[0], all_of_them[1] - one[1], len(sample) - 1


def mkdocs_run(site: Path, paths: list[str], folder: Path) -> tuple[float, float]:
    """Seconds of one `mkdocs build` over the twins of some pages, and its work."""
    for path in paths:
        target = folder / "docs" / path / "index.md"
        target.parent.mkdir(parents=True)
        target.write_bytes((site / path / "index.md").read_bytes())
    (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    start, before = perf_counter(), worked()
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return perf_counter() - start, worked() - before


if __name__ == "__main__":
    main()
