"""The commands for a built site: serve it, and check it."""

from typing import Annotated

import typer

from generator.failure import RunError
from generator.options import Site, notes
from generator.places import checkout
from generator.progress import Steps, stages
from generator.publish.crawl import crawled, used_pages
from generator.publish.links import broken_anchors, broken_links, unreachable
from generator.publish.seal import oversize
from generator.publish.server import site_server
from generator.publish.swap import recover

commands = typer.Typer()


@commands.command()
def serve(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    base: Annotated[str, typer.Option(help="Serve below this path, like /atlas/.")] = "/",
    site: Site = None,
) -> None:
    """Serve the built site with its MIME types and security headers."""
    if not (base.startswith("/") and base.endswith("/")):
        raise RunError(f"--base {base!r} must start and end with a slash, like /atlas/")
    folder = site or checkout().root / "site"
    recover(folder)
    if not (folder / "index.html").exists():
        raise RunError(f"{folder} holds no site: run `make site` first")
    try:
        server = site_server(folder, host, port, base)
    except OSError as error:
        raise RunError(f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port") from None
    typer.echo(f"http://{host}:{server.server_address[1]}{base}")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        notes.print("stopped")
    finally:
        server.server_close()


@commands.command(name="check-site")
def check_site(
    site: Site = None,
    browser: Annotated[bool, typer.Option(help="Also open every page in Chromium.")] = True,
    tabs: Annotated[int, typer.Option(min=1, help="Pages that are open at once.")] = 3,
) -> None:
    """Check a built site: links, anchors, sizes, and every page in Chromium. Exit code 1: something is wrong."""
    folder = site or checkout().root / "site"
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    if not files:
        raise RunError(f"{folder} holds no site: run `make site` first")
    names = {p.relative_to(folder).as_posix() for p in files}
    pages = {n: (folder / n).read_text(encoding="utf-8") for n in sorted(names) if n.endswith(".html")}
    faults = [*broken_links(pages.items(), names), *broken_anchors(pages), *oversize(files, folder)]
    faults += [f"{name}: no link leads here from the start page" for name in unreachable(pages)]
    found = None
    if browser:
        # The page for missing addresses has absolute links: it works at the root of a host only.
        paths = [n.removesuffix("index.html") for n in pages if n != "404.html"]
        with stages() as progress:
            found = crawled(folder, paths, tabs, Steps(progress, "pages in Chromium", len(paths)), used_pages(paths))
        faults += found.faults
    for fault in faults[:50]:
        typer.echo(fault)
    opened = ""
    if found:
        opened = (
            f", {len(pages) - 1:,} pages opened in Chromium, {found.charts} charts pressed, {found.engines} tools used,"
            f" {found.refused} reports of the security policy, {found.foreign} requests to other hosts"
        )
    notes.print(f"{len(names):,} files{opened}, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)
