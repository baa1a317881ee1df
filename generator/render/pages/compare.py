"""Side by side: a page for the reader's own choice, and ready comparisons that need no script."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.places import checkout
from generator.render.compare.facts import KINDS, TITLES, told
from generator.render.compare.ready import LEAST, MOST, Ready, ready_comparisons
from generator.render.compare.values import Line, lines
from generator.render.formats import listed
from generator.render.page import Page, SiteData
from generator.render.records.all_records import records_of
from generator.render.records.entity import EntityRecord, entity_json
from generator.render.site_index import site_index
from generator.render.texts import english, label, of_registry, text
from generator.render.tool_assets import data_block, module
from generator.render.translated import root_from

STYLES = ("assets/tools.css", "assets/explore.css")


def pages(data: SiteData) -> Iterator[Page]:
    """The page of one's own choice, then a page for every ready comparison whose things all have a record."""
    known = {(f"{r.kind}s", r.id): r for r in records_of(data).all()}
    ready = [r for r in ready_comparisons(checkout().registry) if all((r.kind, i) in known for i in r.items)]
    titles = {r.id: title(r, known) for r in ready}
    yield Page(
        path="compare/",
        title=text("compare.title"),
        description=text("compare.description", least=LEAST, most=MOST),
        template="compare.html",
        context={
            "groups": [
                {
                    "title": label(TITLES[kind]),
                    "ready": [
                        {"href": f"compare/{r.id}/", "title": titles[r.id], "question": english(r.question)}
                        for r in ready
                        if r.kind == kind
                    ],
                }
                for kind in KINDS
                if any(r.kind == kind for r in ready)
            ],
            "kinds": [{"id": kind, "title": label(TITLES[kind])} for kind in KINDS],
            "cases": [
                {"path": f"use-cases/{c.case.id}", "title": of_registry("use_cases", c.case, "title")}
                for c in data.results.cases
            ],
            "settings": data_block(
                {"root": root_from("compare/"), "as_of": data.as_of, "most": MOST, "rows": told(), "names": names(data)}
            ),
        },
        scripts=(module(data, "compare.mjs"), module(data, "relative_dates.mjs")),
        styles=STYLES,
        texts=("compare.script",),
    )
    for one in ready:
        yield ready_page(one, titles[one.id], [known[(one.kind, i)] for i in one.items], data)


def title(ready: Ready, known: Mapping[tuple[str, str], EntityRecord]) -> str:
    """The things by name: `H100, H200 and B200`."""
    found = [known[(ready.kind, i)].document.title for i in ready.items]
    return listed(found)


def names(data: SiteData) -> dict[str, dict[str, str]]:
    """Names for ids that stand in rows and are links, by the folder of their pages."""
    index = site_index(data)
    developers = {m.developer for m in data.registry.models}
    return {
        "providers/": {p: name for p in index.providers if (name := index.provider_name(p)) != p},
        "models/by/": {d: name for d in sorted(developers) if (name := index.developer_name(d)) != d},
    }


def ready_page(ready: Ready, heading: str, records: list[EntityRecord], data: SiteData) -> Page:
    """One comparison as a plain table."""
    found = [entity_json(r, data.as_of) for r in records]
    linked = names(data)
    return Page(
        path=f"compare/{ready.id}/",
        title=f"{heading} compared",
        description=f"{ready.question}: {heading} side by side, as of {data.as_of}.",
        template="compare_ready.html",
        context={
            "heading": f"{heading} compared",
            "question": ready.question,
            "things": [
                {"name": r.document.title, "href": r.document.page, "json": r.document.path, "id": r.id}
                for r in records
            ],
            "groups": [
                {"title": g.title, "lines": [line_view(x, linked) for x in lines(g, found)]} for g in KINDS[ready.kind]
            ],
            "own": f"compare/?{ready.query}",
        },
        styles=STYLES,
    )


def line_view(line: Line, linked: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """One row for the template."""
    fact = line.fact
    named = linked.get(fact.link, {})
    return {
        "label": fact.label,
        "unit": fact.unit,
        "missing": fact.missing,
        "differs": line.differs,
        "figure": fact.form in ("money", "number", "tokens"),
        "cells": [
            {
                "text": named.get(c.text, c.text),
                "exact": "" if c.raw is None else str(c.raw),
                "best": c.best,
                "href": f"{fact.link}{c.text}/" if fact.link and c.text else "",
                "address": fact.form == "address" and bool(c.text),
            }
            for c in line.cells
        ],
    }
