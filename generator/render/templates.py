"""The one Jinja2 environment of all data pages: strict about missing names, escaping everything."""

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generator.render import formats, texts
from generator.render.page import Page

Rendered = Callable[[Page], str]


def environment(folder: Path) -> Environment:
    """Templates of a folder. A name that a view forgot stops the build."""
    env = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "money": formats.money,
        "price": formats.price,
        "ms": formats.milliseconds,
        "seconds": formats.seconds,
        "percent": formats.percent,
        "signed_percent": formats.signed_percent,
        "count": formats.count,
        "plural": formats.plural,
        "tokens": formats.tokens,
        "significant": formats.significant,
        "rate": formats.rate,
        "listed": formats.listed,
        "english": texts.english,
        "long_date": texts.long_date,
    }
    env.globals |= {
        "missing": formats.missing,
        "t": texts.html,
        "t_english": texts.html_in_english,
        "registry_text": texts.of_registry,
        "english_only": texts.english_only,
    }
    return env


def article_of(env: Environment, as_of: str, site_url: str = "") -> Rendered:
    """The function that renders the <article> element of a page. Its context lies at the top level of the template.

    `site_url` is the address of the site where it is known, for texts that a reader takes elsewhere.
    """
    shared = {"as_of": as_of, "site_url": site_url}

    def article(page: Page) -> str:
        return env.get_template(page.template).render({**page.context, "page": page, "root": page.root, **shared})

    return article
