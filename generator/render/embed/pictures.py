"""A badge and a card with the cheapest verified price of a model, as SVG that any page can show.

They are pictures: no script, no font, no request. Colours are those of the site, and follow the reader's scheme where
the page that shows them allows it; both have a ground of their own, so that they can be read on any page.
"""

from dataclasses import dataclass
from html import escape

from generator.render.embed.text_width import fitted, text_width

FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
# One text for all pictures: the policy of /embed/ allows exactly this style sheet by its hash.
STYLE = (
    f"text{{font-family:{FONT};fill:#1a1f26}}.s{{fill:#59636e}}.o{{fill:#fff}}"
    ".g{fill:#fff;stroke:#b8c0ca}.k{fill:#2b333c}.a{fill:#0b57b0}"
    "@media (prefers-color-scheme:dark){text{fill:#e4e8ed}.s{fill:#9ba6b2}.o{fill:#fff}"
    ".g{fill:#11151a;stroke:#4a5561}.k{fill:#4a5561}.a{fill:#7db8f7}}"
)
BADGE_HEIGHT, SIZE, PAD = 20, 11, 7
CARD_WIDTH, CARD_HEIGHT = 360, 136
NAME = "Inference Price Atlas"
NAME_ROOM = 240  # of the name on a badge


@dataclass(frozen=True, slots=True)
class Shown:
    """What a picture says, as ready strings."""

    model: str
    input: str
    output: str
    seller: str
    region: str  # empty where the price holds everywhere
    grade: str
    verified: str
    as_of: str

    @property
    def sentence(self) -> str:
        """The whole in words, for readers who do not see the picture."""
        place = f" in {self.region}" if self.region else ""
        return (
            f"Cheapest verified price of {self.model}: {self.input} in, {self.output} out per 1M tokens at"
            f" {self.seller}{place}, grade {self.grade}, verified {self.verified}, as of {self.as_of}"
        )


def badge(shown: Shown) -> str:
    """One line, 20 pixels high: the model, the two prices, the day."""
    name = fitted(shown.model, SIZE, NAME_ROOM)
    says = f"{shown.input} in / {shown.output} out per 1M · verified {shown.verified}"
    left = round(text_width(name, SIZE)) + 2 * PAD
    right = round(text_width(says, SIZE)) + 2 * PAD
    width = left + right
    body = (
        f'<rect class="g" x=".5" y=".5" width="{width - 1}" height="{BADGE_HEIGHT - 1}" rx="3"/>'
        f'<path class="k" d="M3 0h{left - 3}v{BADGE_HEIGHT}H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z"/>'
        + _line(name, PAD, 14, SIZE, "o")
        + _line(says, left + PAD, 14, SIZE, "")
    )
    return _picture(width, BADGE_HEIGHT, shown.sentence, body)


def badge_width(shown: Shown) -> int:
    """The width of the badge in pixels, for pages that keep its place."""
    says = f"{shown.input} in / {shown.output} out per 1M · verified {shown.verified}"
    return sum(round(text_width(t, SIZE)) + 2 * PAD for t in (fitted(shown.model, SIZE, NAME_ROOM), says))


def card(shown: Shown) -> str:
    """A card of 360 by 136 pixels: the prices large, seller, grade and dates beside them."""
    room = CARD_WIDTH - 32
    seller = f"at {shown.seller}" + (f", {shown.region}" if shown.region else "")
    body = (
        f'<rect class="g" x=".5" y=".5" width="{CARD_WIDTH - 1}" height="{CARD_HEIGHT - 1}" rx="6"/>'
        + _line(fitted(shown.model, 15, room), 16, 28, 15, "", bold=True)
        + _line("Cheapest verified price, per 1M tokens", 16, 46, 12, "s")
        + _line(shown.input, 16, 80, 24, "", bold=True)
        + _line("in", 20 + text_width(shown.input, 25.5), 80, 12, "s")
        + _line(shown.output, 176, 80, 24, "", bold=True)
        + _line("out", 180 + text_width(shown.output, 25.5), 80, 12, "s")
        + _line(fitted(f"{seller} · grade {shown.grade}", 12, room), 16, 102, 12, "")
        + _line(f"verified {shown.verified} · as of {shown.as_of}", 16, 121, 11, "s")
        + _line(NAME, CARD_WIDTH - 16 - text_width(NAME, 11), 121, 11, "a")
    )
    return _picture(CARD_WIDTH, CARD_HEIGHT, shown.sentence, body)


def _picture(width: int, height: int, sentence: str, body: str) -> str:
    said = escape(sentence)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-label="{said}"><title>{said}</title><style>{STYLE}</style>{body}</svg>\n'
    )


def _line(text: str, x: float, y: float, size: float, kind: str, bold: bool = False) -> str:
    """One line of text. Its length is stated, so that another face on the reader's machine cannot leave the picture."""
    length = text_width(text, size) * (1.06 if bold else 1)
    style = (f' class="{kind}"' if kind else "") + (' font-weight="650"' if bold else "")
    return (
        f'<text x="{x:.4g}" y="{y:g}" font-size="{size:g}" textLength="{length:.4g}"'
        f' lengthAdjust="spacingAndGlyphs"{style}>{escape(text)}</text>'
    )
