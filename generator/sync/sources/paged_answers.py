"""Answers that come in pages: each names the address of the next one, in its own way."""

import json
from collections.abc import Callable, Mapping
from typing import Any


def all_pages(
    url: str, read: Callable[[str, str], str], most: int, next_address: Callable[[Mapping[str, Any]], str]
) -> dict[str, str]:
    """The texts of at most `most` pages by number, from `url` on; `next_address` of an answer is empty at the end.

    A page that is not a JSON object is the last one: the parser says what is wrong with it.
    """
    pages: dict[str, str] = {}
    address = url
    while address and len(pages) < most:
        name = f"page-{len(pages):03}"
        pages[name] = read(name, address)
        try:
            answer = json.loads(pages[name])
        except ValueError:
            break
        address = next_address(answer) if isinstance(answer, dict) else ""
    return pages
