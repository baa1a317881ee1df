"""Texts apart from templates: same keys and placeholders in both languages, none unused, plural forms and numbers."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from generator.render.formats import count, listed, money, percent, price, seconds, significant, tokens
from generator.render.plan_rows import per_second
from generator.render.texts import (
    DEFAULT,
    LANGUAGES,
    OWN,
    TextsError,
    all_texts,
    english,
    html,
    language,
    long_date,
    phrase,
    read_texts,
    speaking,
    text,
)
from wasm_tools.planner.hosted_plan import BINDS

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"""["'`]([a-z_]+\.[A-Za-z0-9_.-]*)(["'`{$])""")
SCRIPTS = sorted([*(ROOT / "content" / "assets").glob("*.mjs"), *(ROOT / "wasm_tools" / "web").glob("*.mjs")])
TEMPLATES = sorted((ROOT / "site_templates" / "pages").glob("*.html"))


def texts_in(folder: Path, **files: str) -> Path:
    """A folder of texts: `en_home="a = 'b'"` is en/home.toml."""
    for name, body in files.items():
        spoken, _, part = name.partition("_")
        (folder / spoken).mkdir(exist_ok=True)
        (folder / spoken / f"{part}.toml").write_text(body, encoding="utf-8")
    return folder


def test_a_text_that_one_language_lacks_is_named_with_its_file(tmp_path: Path) -> None:
    folder = texts_in(tmp_path, en_home='a = "x"\nb = "y"', de_home='a = "x"')
    with pytest.raises(TextsError, match=r"content/texts/de/home\.toml: b is missing"):
        read_texts(folder)
    folder = texts_in(tmp_path, en_home='a = "x"', de_home='a = "x"\n[c]\nd = "z"')
    with pytest.raises(TextsError, match=r"content/texts/en/home\.toml: c\.d is missing"):
        read_texts(folder)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("'{date} and {n}'", "'{date}'", r"placeholders \['date'\]; in en \['date', 'n'\]"),
        ("'{days}'", "'{tage}'", r"placeholders \['tage'\]"),
        ("'<b>x</b>'", "'<i>x</i>'", "other HTML elements"),
        ("{one = '{n} a', other = '{n} b'}", "{other = '{n} b'}", "plural forms"),
        ("{one = '{n} a', other = '{n} {b}'}", "{one = '{n} {b}', other = '{n} {b}'}", "different placeholders"),
    ],
)
def test_a_text_that_does_not_fit_the_other_language_stops_the_build(
    tmp_path: Path, one: str, other: str, said: str
) -> None:
    folder = texts_in(tmp_path, en_home=f"a = {one}", de_home=f"a = {other}")
    with pytest.raises(TextsError, match=said):
        read_texts(folder)


def test_a_placeholder_that_is_not_filled_or_not_there_stops_the_build() -> None:
    with pytest.raises(
        TextsError, match=r"en/plan\.toml: seller has the placeholders \['provider'\], and is given \[\]"
    ):
        text("plan.seller")
    with pytest.raises(TextsError, match="is given"):
        text("plan.seller", provider="x", region="y")
    with pytest.raises(TextsError, match=r"en/plan\.toml: no_such is missing"):
        text("plan.no_such")


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    sources = [*TEMPLATES, *sorted((ROOT / "generator" / "render").rglob("*.py")), *SCRIPTS]
    partials = ROOT / "site_templates" / "overrides" / "partials"
    shell = "".join(p.read_text(encoding="utf-8") for p in sorted(partials.glob("*.html")))
    said = {found for p in sources for found in NAMED.findall(p.read_text(encoding="utf-8"))}
    whole = {name for name, end in said if end not in "{$"}
    begun = tuple(name for name, end in said if end in "{$" or name.endswith("."))  # the rest is an id
    unused = []
    for key in all_texts()["en"]:
        part, _, name = key.partition(".")
        used = (
            key in whole or key.startswith(begun) or (part == "shell" and re.search(rf'\bt\.{name}\b|"{name}"', shell))
        )
        if not used:
            unused.append(f"content/texts/en/{part}.toml: {name}")
    assert unused == []


def test_templates_name_only_texts_that_are_there() -> None:
    for template in TEMPLATES:
        for key in re.findall(r"""\bt\(["']([a-z_.]+)["'][,)]""", template.read_text(encoding="utf-8")):
            assert key in all_texts()["en"], f"{template.name}: {key}"


LOCAL = r"text\(`([a-z_.]+)\$\{key\}`"  # a function `said` that puts the beginning of the keys before them


def test_scripts_name_only_texts_that_their_page_may_tell() -> None:
    for script in SCRIPTS:
        said = script.read_text(encoding="utf-8")
        keys = re.findall(r"""\b(?:text|parts|textParts)\(["']([a-z_.]+)["'][,)]""", said)
        shared = re.search(r"""import \{[^}]*\bsaid\b[^}]*\} from "\./(\w+\.mjs)";""", said)
        found = re.search(LOCAL, (script.parent / shared[1]).read_text(encoding="utf-8")) if shared else None
        start = found[1] if found else ""
        keys += [start + key for key in re.findall(r"""\bsaid\(["']([a-z_]+\.[a-z_.]+)["'][,)]""", said)]
        local = re.search(LOCAL, said)
        start = local[1] if local else start
        keys += [start + key for key in re.findall(r"""\bsaid\(["']([a-z_]+)["'][,)]""", said)] if start else []
        assert [key for key in keys if key not in all_texts()["en"]] == [], script.name


def test_registry_texts_are_those_of_the_other_languages_alone() -> None:
    texts = all_texts()
    assert not [key for key in texts["en"] if key.startswith(f"{OWN}.")]
    assert [key for key in texts["de"] if key.startswith(f"{OWN}.use_cases.")]


def test_plural_forms_follow_the_number() -> None:
    assert text("use_cases.rarer", n=1) == "1 rarer reason"
    assert text("use_cases.rarer", n=1200) == "1,200 rarer reasons"
    with speaking("de"):
        assert text("use_cases.rarer", n=1) == "1 seltenerer Grund"
        assert text("use_cases.rarer", n=1200) == "1.200 seltenere Gründe"
        assert (per_second(1.0), per_second(2.5)) == ("1 Anfrage/s", "2,5 Anfragen/s")
    assert (per_second(1.0), per_second(0.1)) == ("1 request/s", "0.1 requests/s")


def test_numbers_sums_and_dates_follow_the_language() -> None:
    def written() -> list[str]:
        return [
            money(Decimal("1234.5")), money(Decimal("12.345")), price(Decimal("0.1375")), price(Decimal(0)),
            count(45_000), significant(1234.5, 6), seconds(19_040), percent(0.125), tokens(131_072),
            listed(["a", "b", "c"]), long_date("2026-11-20"),
        ]  # fmt: skip

    assert written() == [
        "$1,234", "$12.34", "$0.1375", "free", "45,000", "1,234.5", "19.0", "12 %", "128k", "a, b and c", "2026-11-20",
    ]  # fmt: skip
    with speaking("de"):
        assert written() == [
            "1.234\N{NO-BREAK SPACE}$", "12,34\N{NO-BREAK SPACE}$", "0,1375\N{NO-BREAK SPACE}$", "kostenlos", "45.000",
            "1.234,5", "19,0", "12 %", "128k", "a, b und c", "20. November 2026",
        ]  # fmt: skip


def test_what_is_filled_in_is_escaped_and_english_parts_are_marked() -> None:
    assert html("home.sources", states="<b>&", root="../") == (
        "Sources: &lt;b&gt;&amp;. A late source keeps its last prices, and their grades fall with age:"
        ' <a href="../health/">state of the sources</a>.'
    )
    assert english("keeps <all> bounds") == "keeps <all> bounds"
    with speaking("de"):
        assert text("plan.why.how", text=english("keeps <all> bounds")) == (
            'Rechenweg: <span lang="en">keeps &lt;all&gt; bounds</span>.'
        )


def test_the_language_of_a_block_ends_with_it() -> None:
    assert language() == "en"
    with pytest.raises(ValueError, match="x"), speaking("de"):
        assert language() == "de"
        raise ValueError("x")
    assert language() == "en"
    assert LANGUAGES == ("en", "de")


@pytest.mark.parametrize("words", BINDS.values())
def test_what_limits_a_plan_is_said_in_every_language(words: str) -> None:
    for spoken in LANGUAGES:
        with speaking(spoken):
            assert "lang=" not in phrase(words)
            assert (phrase(words) == words) == (spoken == DEFAULT)


def test_phrase_of_no_table_stays_english_and_says_so() -> None:
    with speaking("de"):
        assert phrase("odd <words>") == '<span lang="en">odd &lt;words&gt;</span>'
