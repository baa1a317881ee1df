"""The pictures of /embed/: a badge and a card for each model with a verified price, and what a page says about them."""

from collections.abc import Iterator
from typing import Any

from generator.render.embed.pictures import BADGE_HEIGHT, Shown, badge, badge_width, card
from generator.render.formats import price
from generator.render.page import SiteData
from generator.render.site_index import SiteIndex, site_index
from generator.render.verified import cheapest_verified

FOLDER = "embed/"


def embed_files(data: SiteData) -> Iterator[tuple[str, bytes]]:
    """Site path and content of every picture."""
    index = site_index(data)
    for model in index.models:
        shown = shown_price(model, index)
        if shown:
            yield f"{FOLDER}{model}.svg", badge(shown).encode()
            yield f"{FOLDER}card/{model}.svg", card(shown).encode()


def shown_price(model: str, index: SiteIndex) -> Shown | None:
    """What the pictures of a model say; None where no price of it is well enough supported."""
    found = cheapest_verified(index.skus_of_model.get(model, []), index)
    if found is None:
        return None
    return Shown(
        model=index.model_name(model),
        input=price(found.input.price),
        output=price(found.output.price),
        seller=index.provider_name(found.sku.provider),
        region="" if found.sku.region == "global" else found.sku.region,
        grade=found.grade,
        verified=found.observed_at,
        as_of=index.data.as_of,
    )


def embed_view(model: str, index: SiteIndex) -> dict[str, Any] | None:
    """The pictures on the page of their model."""
    shown = shown_price(model, index)
    if shown is None:
        return None
    return {
        "page": f"models/{model}/",
        "badge": f"{FOLDER}{model}.svg",
        "card": f"{FOLDER}card/{model}.svg",
        "says": shown.sentence,
        "width": badge_width(shown),
        "height": BADGE_HEIGHT,
    }
