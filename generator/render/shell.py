"""The shell: mkdocs builds the prose and one stub page a directory depth; data pages take header and footer from it."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from generator.render.page import EngineStart, Page
from generator.render.texts import DEFAULT, LANGUAGES, OTHERS, all_texts, long_date, speaking, text, texts_for_scripts
from generator.render.translated import PAGES, base_path, nearest, with_own_links

DEEPEST = 4  # plans/<profile>/<class>/<load>/
STUBS = "stub-pages"
TITLE, DESCRIPTION, OTHER = "STUB-TITLE", "STUB-DESCRIPTION", "STUB-OTHER-LANGUAGE"
START_ENGINE = (Path(__file__).parents[2] / "wasm_tools" / "web" / "start_engine.js").read_text(encoding="utf-8")
START_ENGINE = START_ENGINE.partition("*/")[2].strip()
CHARSET = '<meta charset="utf-8">'
EPOCH = "946684800"  # 2000-01-01, when the environment does not say otherwise

_ARTICLE = re.compile(r"<article\b.*</article>", re.DOTALL)
_ADDRESS = re.compile(r'(\s(?:href|src)=")([^"]*)(")')
_HEADING_OR_TABLE = re.compile(r"<h[1-6][^>]*>(.*?)</h[1-6]>|<table>.*?</table>", re.DOTALL)
_CODE = re.compile(r"(<pre[^>]*>(?:<span></span>)?<code)\b")
_HOLDS = re.compile(r'data-holds="([^"]*)"')
_NEIGHBOUR = re.compile(r'<link rel="(?:prev|next)"[^>]*>\s*')  # alphabetical order of files, nobody's reading order


class ShellError(Exception):
    """The prose could not be built; the message carries what mkdocs said and the remedy."""


@dataclass(frozen=True, slots=True)
class Shell:
    """Header and footer by language and directory depth, and the content hashes of the assets."""

    frames: Mapping[tuple[str, int], tuple[str, str]]  # head and tail by language and depth
    versions: Mapping[str, str]
    site_url: str

    @property
    def digest(self) -> str:
        """What a page takes from the shell, in short."""
        return hashlib.sha256(repr((self.frames, self.versions, self.site_url, START_ENGINE)).encode()).hexdigest()

    def html(self, page: Page, article: str) -> str:
        """The whole page: `article` is its <article> element. Scripts and styles carry their content hash."""
        head, tail = self.frames[page.language, page.depth]
        head = head.replace(TITLE, escape(page.title)).replace(DESCRIPTION, escape(page.description))
        head = head.replace(OTHER, page.root + page.other or "./", 1)
        extra = [f'<link rel="stylesheet" href="{page.root}{self.versioned(s)}">' for s in page.styles]
        known = page.engine.ahead if page.engine else ()
        ahead = [self.versioned(s) for s in page.ahead if s not in known]
        extra += [f'<link rel="modulepreload" href="{page.root}{address}">' for address in ahead]
        extra += [f'<script type="module" src="{page.root}{self.versioned(s)}"></script>' for s in page.scripts]
        for other in page.alternates:
            kind, title = escape(other.media_type), escape(other.title)
            extra.append(f'<link rel="alternate" type="{kind}" title="{title}" href="{page.root}{escape(other.href)}">')
        extra += social_tags(page, self.site_url)
        if page.texts:
            told = script_json({"language": page.language, "texts": texts_for_scripts(page.language, page.texts)})
            extra.append(f'<script type="application/json" id="texts">{told}</script>')
        extra += [record_tag(record) for record in page.structured]
        extra[:0] = self.language_links(page)
        if self.site_url:
            extra.insert(0, f'<link rel="canonical" href="{escape(self.site_url + page.path)}">')
        head = head.replace("</head>", "".join(extra) + "</head>", 1)
        if page.engine:
            head = head.replace(CHARSET, CHARSET + engine_tags(page.engine, page.root), 1)
        return marked_section(head, base_path(page.path)) + article + tail

    def language_links(self, page: Page) -> list[str]:
        """The page in every language, for search engines, which take whole addresses only."""
        if not self.site_url or not page.versions:
            return []
        found = [*page.versions.items(), ("x-default", page.versions[DEFAULT])]
        return [f'<link rel="alternate" hreflang="{of}" href="{escape(self.site_url + path)}">' for of, path in found]

    def versioned(self, path: str) -> str:
        """An asset's address with its content hash, so that a cache never serves yesterday's."""
        version = self.versions.get(path)
        return f"{path}?v={version}" if version else path


def engine_tags(engine: EngineStart, root: str) -> str:
    """What starts Python, before the style sheets: it has the longest way to go."""
    of = f'data-needed="{escape(engine.needed)}" data-packs="{" ".join(engine.packs)}"'
    where = f'data-engine="{root}{engine.worker}" data-files="{root}{engine.files}"'
    scripts = (engine.worker, *engine.ahead)
    modules = "".join(f'<link rel="modulepreload" href="{root}{address}">' for address in scripts)
    return f"<script {of} {where}>{START_ENGINE}</script>{modules}"


def social_tags(page: Page, site_url: str) -> list[str]:
    """What other sites show beside a link. Pictures need a whole address, so they wait until the site knows its own."""
    tags = {"og:site_name": "Inference Price Atlas", "og:type": "website", "og:title": page.title}
    tags["og:description"] = page.description
    if site_url:
        tags["og:url"] = site_url + page.path
    if site_url and page.picture:
        tags |= {"og:image": site_url + page.picture, "og:image:width": "1200", "og:image:height": "630"}
    card = "summary_large_image" if "og:image" in tags else "summary"
    return [f'<meta property="{name}" content="{escape(value)}">' for name, value in tags.items()] + [
        f'<meta name="twitter:card" content="{card}">'
    ]


def record_tag(record: object) -> str:
    """A JSON-LD record as it stands in the head of a page."""
    return f'<script type="application/ld+json">{script_json(record)}</script>'


def add_records(file: Path, records: Iterable[object]) -> None:
    """Add JSON-LD records to the head of a prose page that is written already."""
    tags = "".join(map(record_tag, records))
    file.write_text(file.read_text(encoding="utf-8").replace("</head>", f"{tags}</head>", 1), "utf-8", newline="\n")


def script_json(record: object) -> str:
    """JSON that may stand inside a <script> element: nothing in it can end the element or open a comment."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def built_shell(
    root: Path, out: Path, stage: Path, as_of: str, site_url: str, translated: Collection[str] = ("",)
) -> Shell:
    """Build the prose into `out` (emptied) and return the shell. `stage` is a scratch folder; ShellError on failure.

    `translated` are the pages that exist in every language.
    """
    docs = stage / "docs"
    shutil.rmtree(stage, ignore_errors=True)
    shutil.copytree(root / "content", docs)
    stubs = {(spoken, n): _stub_path(spoken, n) for spoken in LANGUAGES for n in range(DEEPEST + 1)}
    del stubs[OTHERS[0], 0]  # pages of other languages lie in a folder
    for (spoken, _), path in stubs.items():
        stub = docs / path.replace("index.html", "index.md")
        stub.parent.mkdir(parents=True, exist_ok=True)
        # The heading gives the theme's skip link its target; the data pages carry the same id on their own h1.
        stub.write_text(
            f"---\ntitle: {TITLE}\ndescription: {DESCRIPTION}\nlanguage: {spoken}\nhide: [navigation, toc]\n---\n\n"
            "# Content\n",
            encoding="utf-8",
        )
    config = stage / "mkdocs.yml"
    config.write_text(_config(root, docs, out, as_of, site_url), encoding="utf-8")
    _mkdocs(config)
    versions = {
        p.relative_to(docs).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()[:10]
        for p in sorted((docs / "assets").rglob("*"))
        if p.is_file()
    }
    pages = {of: _tight((out / path).read_text(encoding="utf-8")) for of, path in stubs.items()}
    for spoken in LANGUAGES:
        shutil.rmtree(out / _stub_folder(spoken))
    (out / "index.html").unlink()
    _remove_unused(out)
    _finish_prose(out, versions, urlsplit(site_url).path or "/", translated)
    frames = {
        (spoken, depth): _cut(_spoken(with_versions(html, _base(depth), versions), spoken, depth, translated))
        for (spoken, depth), html in pages.items()
    }
    return Shell(frames, versions, site_url)


def _stub_folder(spoken: str) -> str:
    return STUBS if spoken == DEFAULT else f"{STUBS}-{spoken}"


def _stub_path(spoken: str, depth: int) -> str:
    return "/".join([_stub_folder(spoken), *map(str, range(2, depth + 1)), "index.html"]) if depth else "index.html"


def _spoken(html: str, spoken: str, depth: int, translated: Collection[str]) -> str:
    """A stub in its language: what the theme itself says, and links to pages of the same language."""
    if spoken == DEFAULT:
        return html
    with speaking(DEFAULT):
        skip = text("shell.skip")
    with speaking(spoken):
        html = html.replace(f'<html lang="{DEFAULT}"', f'<html lang="{spoken}"').replace(skip, text("shell.skip"))
    return with_own_links(html, f"{spoken}/{'-/' * (depth - 1)}", spoken, translated)


def _shell_texts() -> dict[str, dict[str, str]]:
    """The texts of header, menu and footer by language, for the theme's own templates."""
    return {
        spoken: {
            key.removeprefix("shell."): found.forms[""] for key, found in texts.items() if key.startswith("shell.")
        }
        for spoken, texts in all_texts().items()
    }


def _base(depth: int) -> str:
    return "../" * depth


def _config(root: Path, docs: Path, out: Path, as_of: str, site_url: str) -> str:
    def quoted(value: object) -> str:
        return "'" + str(value).replace("'", "''") + "'"

    dates = {}
    for spoken in LANGUAGES:
        with speaking(spoken):
            dates[spoken] = long_date(as_of)
    extra = {
        "as_of": as_of,
        "dates": dates,
        "texts": _shell_texts(),
        "translated": " ".join(path for path in PAGES if path),
    }
    lines = [
        f"INHERIT: {quoted(root / 'mkdocs.yml')}",
        f"docs_dir: {quoted(docs)}",
        f"site_dir: {quoted(out)}",
        f"site_url: {quoted(site_url)}",
        f"theme: {{custom_dir: {quoted(root / 'site_templates' / 'overrides')}}}",
        f"extra: {json.dumps(extra, ensure_ascii=False)}",
    ]
    return "\n".join(lines) + "\n"


def _mkdocs(config: Path) -> None:
    environment = {"SOURCE_DATE_EPOCH": EPOCH, **os.environ, "NO_MKDOCS_2_WARNING": "1"}
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(config)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if run.returncode:
        said = "\n".join((run.stdout + run.stderr).strip().splitlines()[-12:])
        raise ShellError(f"mkdocs could not build content/; correct the file that it names:\n{said}")


def _tight(html: str) -> str:
    """The stub without indentation. Stubs hold no <pre>, and the inline script is a single line."""
    return re.sub(r"\n\s*", "\n", _NEIGHBOUR.sub("", html))


def _cut(html: str) -> tuple[str, str]:
    found = _ARTICLE.search(html)
    if found is None or TITLE not in html:
        raise ShellError("the theme's page has no <article> or no title: see site_templates/overrides/main.html")
    return html[: found.start()], html[found.end() :]


def with_versions(html: str, base: str, versions: Mapping[str, str]) -> str:
    """The page with the content hash behind the address of each of our assets."""

    def versioned(found: re.Match[str]) -> str:
        path = found[2].removeprefix(base) if found[2].startswith(base) else ""
        return f"{found[1]}{found[2]}?v={versions[path]}{found[3]}" if path in versions else found[0]

    return _ADDRESS.sub(versioned, html)


def marked_section(html: str, path: str) -> str:
    """The page with the link to its own section marked as current in header and drawer, and the menu that holds it."""
    first, _, _ = path.partition("/")
    section = f"{first}/"
    if first in ("guides", "tools", "project"):
        section = path
    value = "page" if section == path else "true"
    html = html.replace(f'data-section="{section}"', f'data-section="{section}" aria-current="{value}"')
    return _HOLDS.sub(lambda f: f'{f[0]} aria-current="true"' if section in f[1].split() else f[0], html)


def relative_links(html: str, base: str) -> str:
    """The page with its site-absolute links (`/models/`) made relative, so that the site works under a sub-path."""

    def relative(found: re.Match[str]) -> str:
        address = found[2]
        if not address.startswith("/") or address.startswith("//"):
            return found[0]
        return f"{found[1]}{(base + address[1:]) or './'}{found[3]}"

    return _ADDRESS.sub(relative, html)


def scrolling_tables(html: str) -> str:
    """The prose with tables in scroll regions named after the heading above them, and code that scrolls by keys."""
    heading, number = "Table", 0

    def wrapped(found: re.Match[str]) -> str:
        nonlocal heading, number
        if found[1] is not None:
            number = 0
            heading = re.sub(r"<[^>]*>", "", found[1]).strip().replace('"', "&quot;")
            return found[0]
        number += 1
        name = f"{heading}, table" + (f" {number}" if number > 1 else "")
        return f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">{found[0]}</div>'

    return _CODE.sub(r'\1 tabindex="0"', _HEADING_OR_TABLE.sub(wrapped, html))


def _remove_unused(out: Path) -> None:
    """Take away what the theme copies and no page of ours loads: its scripts, source maps, and its own sitemap."""
    shutil.rmtree(out / "assets" / "javascripts", ignore_errors=True)
    for pattern in ("sitemap.xml*", "assets/**/*.map", "assets/images/favicon.png"):
        for file in out.glob(pattern):
            file.unlink()


def _finish_prose(out: Path, versions: Mapping[str, str], root_path: str, translated: Collection[str]) -> None:
    for page in sorted(out.rglob("*.html")):
        place = page.relative_to(out).as_posix()
        if place == "404.html":
            continue
        base = _base(place.count("/"))
        html = with_versions(_NEIGHBOUR.sub("", page.read_text(encoding="utf-8")), base, versions)
        html = html.replace(OTHER, base + nearest(place.removesuffix("index.html"), OTHERS[0], translated), 1)
        html = marked_section(scrolling_tables(relative_links(html, base)), place.removesuffix("index.html"))
        page.write_text(html, encoding="utf-8")
    written = out / "404" / "index.html"
    if written.exists():
        # Hosts answer any missing address with 404.html, at any depth: only absolute links can work there.
        html = written.read_text(encoding="utf-8")
        html = _ADDRESS.sub(lambda m: f"{m[1]}{absolute(m[2], PurePosixPath('404'), root_path)}{m[3]}", html)
        (out / "404.html").write_text(html, encoding="utf-8")
        shutil.rmtree(written.parent)


def absolute(address: str, folder: PurePosixPath, root_path: str) -> str:
    """A relative address of a page in `folder` as an absolute path below `root_path`; others unchanged."""
    if address.startswith(("/", "#", "data:", "mailto:")) or urlsplit(address).scheme:
        return address
    parts = [p for p in folder.as_posix().split("/") if p not in ("", ".")]
    path, mark, rest = address.partition("?") if "?" in address else address.partition("#")
    for piece in path.split("/"):
        if piece == "..":
            parts = parts[:-1]
        elif piece not in ("", "."):
            parts.append(piece)
    folder_end = "/" if path.endswith(("/", "..", ".")) and parts else ""
    return root_path.rstrip("/") + "/" + "/".join(parts) + folder_end + mark + rest
