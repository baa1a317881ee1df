"""The shell: what mkdocs gives, what is cut away, and that every address works below a sub-path."""

import re
from pathlib import Path, PurePosixPath
from shutil import copytree

import pytest

from generator.publish.links import page_links, resolved
from generator.publish.policy import inline_styles, script_hashes
from generator.render.page import Alternate, Page
from generator.render.shell import (
    Shell,
    ShellError,
    absolute,
    built_shell,
    marked_section,
    relative_links,
    scrolling_tables,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shell, Path]:
    folder = tmp_path_factory.mktemp("shell")
    return built_shell(ROOT, folder / "site", folder / "prose", "2026-11-20", ""), folder / "site"


def page(path: str, **more: object) -> Page:
    return Page(path, 'Prices & "quotes"', "What <it> costs", "none.html", {}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["", "models/", "models/gpt-5/", "a/b/c/", "plans/512-256/instant/1/"])
def test_data_page_has_the_shell_of_its_depth(built: tuple[Shell, Path], path: str) -> None:
    shell, site = built
    html = shell.html(page(path), "<article><h1>Hello</h1></article>")
    assert html.count("<article") == 1
    assert "STUB-" not in html
    assert "<title>Prices &amp; &quot;quotes&quot; - Inference Price Atlas</title>" in html
    assert 'content="What &lt;it&gt; costs"' in html
    name = f"{path}index.html"
    for address, kind in page_links(html)[0]:
        target = resolved(name, address) if address else None
        assert target is None or not target.startswith("/"), address
        if kind == "load" and target:
            assert (site / target).is_file(), address


def test_stubs_and_unused_parts_of_the_theme_are_gone(built: tuple[Shell, Path]) -> None:
    names = {p.relative_to(built[1]).as_posix() for p in built[1].rglob("*") if p.is_file()}
    assert not [n for n in names if "stub" in n or n.endswith((".map", ".html.j2")) or "lunr" in n or "sitemap" in n]
    assert {"methodology/index.html", "404.html", "assets/atlas.css", "assets/atlas.mjs"} <= names
    assert "index.html" not in names  # the home page is a data page


def test_prose_links_to_generated_pages_are_relative(built: tuple[Shell, Path]) -> None:
    html = (built[1] / "methodology" / "index.html").read_text(encoding="utf-8")
    assert 'href="../health/"' in html
    assert 'href="/health/"' not in html
    assert 'rel="prev"' not in html  # the theme's order of files is nobody's reading order


def test_missing_address_answers_with_links_that_work_at_any_depth(built: tuple[Shell, Path]) -> None:
    html = (built[1] / "404.html").read_text(encoding="utf-8")
    addresses = [a for a, _ in page_links(html)[0] if a and not a.startswith("#")]
    assert addresses
    assert all(a.startswith("/") for a in addresses), [a for a in addresses if not a.startswith("/")]
    assert "/models/" in addresses


def test_nothing_inline_but_the_known_script_of_the_shell(built: tuple[Shell, Path]) -> None:
    pages = {p.name: p.read_text(encoding="utf-8") for p in built[1].rglob("*.html")}
    pages["data"] = built[0].html(page("models/"), "<article></article>")
    assert script_hashes(pages.items())  # raises for an unknown one
    assert not [name for name, html in pages.items() if inline_styles(html)]


def test_header_marks_the_section_of_the_page(built: tuple[Shell, Path]) -> None:
    html = built[0].html(page("use-cases/chatbot/"), "<article></article>")
    assert 'data-section="use-cases/" aria-current="true"' in html
    assert html.count("aria-current") == 3  # in the header, on the menu that holds it, and in the drawer
    assert re.findall(r'popovertarget="([^"]*)" data-holds="[^"]*" aria-current="true"', html) == ["menu-browse"]
    assert 'data-section="models/" aria-current="page"' in marked_section('<a data-section="models/">', "models/")


def test_header_has_few_menus_and_the_drawer_the_same_pages(built: tuple[Shell, Path]) -> None:
    html = built[0].html(page("models/"), "<article></article>")
    held = re.findall(r'<button [^>]*data-holds="([^"]*)"', html)
    assert 3 <= len(held) <= 5
    header, drawer = html.split('id="menu" popover')
    linked = re.findall(r'data-section="([^"]*)"', header)
    assert linked == " ".join(held).split() == re.findall(r'data-section="([^"]*)"', drawer)
    assert len(linked) == len(set(linked))


def test_scripts_and_styles_carry_the_hash_of_their_content(built: tuple[Shell, Path]) -> None:
    shell, _ = built
    html = shell.html(page("models/", scripts=("assets/atlas.mjs",)), "<article></article>")
    assert f'src="../assets/atlas.mjs?v={shell.versions["assets/atlas.mjs"]}"' in html
    assert f'href="../assets/atlas.css?v={shell.versions["assets/atlas.css"]}"' in html


def test_other_forms_and_structured_data_stand_in_the_head_and_cannot_leave_it(built: tuple[Shell, Path]) -> None:
    feed = Alternate("application/atom+xml", "models/a/feed.atom", 'Changes of "a"')
    html = built[0].html(page("models/a/", alternates=(feed,), structured=({"name": "</script><b>&"},)), "<article/>")
    head = html[: html.index("</head>")]
    expected = '<link rel="alternate" type="application/atom+xml" title="Changes of &quot;a&quot;"'
    assert expected + ' href="../../models/a/feed.atom">' in head
    assert head.count('"application/ld+json"') == 1
    assert "</script><b>" not in html
    assert not inline_styles(html)


def test_whole_addresses_of_page_and_languages_only_where_the_site_knows_its_own(
    tmp_path: Path, built: tuple[Shell, Path]
) -> None:
    known = built_shell(ROOT, tmp_path / "site", tmp_path / "prose", "2026-11-20", "https://atlas.example/x/")
    assert '<link rel="canonical" href="https://atlas.example/x/models/">' in known.html(page("models/"), "<article/>")
    assert "canonical" not in built[0].html(page("models/"), "<article/>")
    plans = page("plans/", versions={"en": "plans/", "de": "de/plans/"})
    told = [a.split('"')[0] for a in known.html(plans, "<article/>").split('rel="alternate" hreflang="')[1:]]
    assert told == ["en", "de", "x-default"]
    assert '<link rel="alternate" hreflang="de" href="https://atlas.example/x/de/plans/">' in known.html(
        plans, "<article/>"
    )
    assert "hreflang" not in built[0].html(plans, "<article/>").split("</head>")[0]
    assert 'href="/x/models/"' in (tmp_path / "site" / "404.html").read_text(encoding="utf-8")


def test_broken_link_in_the_prose_stops_the_build(tmp_path: Path) -> None:
    copytree(ROOT / "site_templates", tmp_path / "site_templates")
    copytree(ROOT / "content", tmp_path / "content")
    (tmp_path / "mkdocs.yml").write_bytes((ROOT / "mkdocs.yml").read_bytes())
    (tmp_path / "content" / "broken.md").write_text("# Broken\n\n[nowhere](nowhere.md)\n", encoding="utf-8")
    with pytest.raises(ShellError, match="nowhere"):
        built_shell(tmp_path, tmp_path / "site", tmp_path / "prose", "2026-11-20", "")


def test_two_builds_are_the_same(tmp_path: Path, built: tuple[Shell, Path]) -> None:
    again = built_shell(ROOT, tmp_path / "site", tmp_path / "prose", "2026-11-20", "")
    assert again == built[0]
    for file in built[1].rglob("*"):
        if file.is_file():
            assert (tmp_path / "site" / file.relative_to(built[1])).read_bytes() == file.read_bytes(), file


def test_addresses() -> None:
    assert relative_links('<a href="/models/x/">', "../../") == '<a href="../../models/x/">'
    assert relative_links('<a href="//host/x">', "../") == '<a href="//host/x">'
    assert absolute("../models/", PurePosixPath("404"), "/") == "/models/"
    assert absolute("..", PurePosixPath("404"), "/x/") == "/x/"
    assert absolute("../assets/a.css?v=1", PurePosixPath("404"), "/x/") == "/x/assets/a.css?v=1"
    assert absolute("https://example.org/", PurePosixPath("404"), "/") == "https://example.org/"


def test_tables_of_the_prose_scroll_in_regions_named_after_their_headings(built: tuple[Shell, Path]) -> None:
    html = (built[1] / "methodology" / "index.html").read_text(encoding="utf-8")
    assert html.count("<table>") == html.count('role="region"') > 2
    assert 'aria-label="How prices are collected, table" tabindex="0"><table>' in html
    assert scrolling_tables('<h2 id="a">A "b" <code>c</code></h2><table></table>').endswith(
        '<div class="scroll" role="region" aria-label="A &quot;b&quot; c, table" tabindex="0"><table></table></div>'
    )
    assert 'aria-label="A, table 2"' in scrolling_tables("<h2>A</h2><table></table><p>x</p><table></table>")
    assert html.count("<pre") == html.count('<code tabindex="0"') > 0


def test_no_page_loads_the_theme_s_script_and_each_has_the_menu_once(built: tuple[Shell, Path]) -> None:
    pages = [p.read_text(encoding="utf-8") for p in built[1].rglob("*.html")]
    pages.append(built[0].html(page("models/"), "<article></article>"))
    assert not [html for html in pages if "javascripts/" in html or "__config" in html]
    assert {html.count('id="menu" popover') for html in pages} == {1}
