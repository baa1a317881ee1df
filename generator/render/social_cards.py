"""The pictures that other sites show beside a link: one a page kind and a use case, drawn from what the page says."""

import unicodedata
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from generator.render.page import Page

FOLDER = "assets/cards/"
PROSE = "prose"
SIZE = (1200, 630)
MARGIN = 72
PAPER, INK, SOFT, ACCENT, LINE = "#ffffff", "#1a1f26", "#59636e", "#0b57b0", "#dfe3e8"
SHADES = 24  # few colours: a quarter of the bytes, and the same bytes everywhere
# The font holds plain Latin only.
SPOKEN = {"→": " to ", "≤": "up to", "≥": "at least", "–": "-", "—": "-", "×": "x", "’": "'"}
SITE_NAME = "Inference Price Atlas"


@dataclass(frozen=True, slots=True)
class SocialCard:
    """What a picture says: a title, one sentence, and the date of the figures in it."""

    name: str
    title: str
    sentence: str
    as_of: str

    @property
    def path(self) -> str:
        """Where the picture lies in the site."""
        return f"{FOLDER}{self.name}.png"


def card_name(kind: str, path: str) -> str:
    """The picture of a page: use cases have one each, all others that of their kind."""
    section, _, rest = path.partition("/")
    case = rest.strip("/")
    return f"use-case-{case}" if section == "use-cases" and case else kind.replace("_", "-")


def social_card(name: str, page: Page, as_of: str) -> SocialCard:
    """The picture of the first page that uses it: of a kind, that is its list of everything."""
    return SocialCard(name, page.title, page.description, as_of)


def prose_card(as_of: str) -> SocialCard:
    """The picture of all hand-written pages."""
    return SocialCard(
        PROSE, "How it is done, and how to use it", "Methodology, guides, glossary and data formats.", as_of
    )


def drawn(card: SocialCard) -> bytes:
    """The picture as PNG. The font is the one that comes with Pillow, so that every machine draws the same."""
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, SIZE[0], 12), fill=ACCENT)
    for left, top, height in ((0, 24, 32), (20, 0, 56), (40, 34, 22)):  # the mark of the site
        draw.rectangle((MARGIN + left, 76 + top, MARGIN + left + 13, 76 + top + height), fill=ACCENT)
    draw.text((MARGIN + 74, 84), SITE_NAME, font=font(38), fill=INK, stroke_width=1, stroke_fill=INK)
    below = 200
    for line in wrapped(spoken(card.title), font(76), SIZE[0] - 2 * MARGIN, 2):
        draw.text((MARGIN, below), line, font=font(76), fill=INK, stroke_width=2, stroke_fill=INK)
        below += 92
    below += 22
    for line in wrapped(spoken(card.sentence), font(36), SIZE[0] - 2 * MARGIN, 3):
        draw.text((MARGIN, below), line, font=font(36), fill=SOFT)
        below += 50
    draw.line((MARGIN, 548, SIZE[0] - MARGIN, 548), fill=LINE, width=2)
    draw.text((MARGIN, 568), f"Prices as of {card.as_of}, each with its sources and a grade", font=font(28), fill=SOFT)
    body = BytesIO()
    few = image.quantize(SHADES, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(body, "PNG", compress_level=9)
    return body.getvalue()


def spoken(text: str) -> str:
    """The text in letters that the font has."""
    for sign, words in SPOKEN.items():
        text = text.replace(sign, words)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def wrapped(text: str, face: FreeTypeFont, width: int, most: int) -> list[str]:
    """The text in lines of at most `width` pixels; what does not fit into `most` lines ends in an ellipsis."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        taken = 1
        while taken < len(words) and face.getlength(" ".join(words[: taken + 1])) <= width:
            taken += 1
        lines.append(" ".join(words[:taken]))
        words = words[taken:]
    if words or (lines and face.getlength(lines[-1]) > width):
        last = lines[-1]
        while last and face.getlength(last + "…") > width:
            last = last[:-1]
        lines[-1] = last.rstrip(" ,.;:") + "…"
    return lines


_faces: dict[int, FreeTypeFont] = {}


def font(size: int) -> FreeTypeFont:
    """Pillow's own scalable font."""
    if size not in _faces:
        face = ImageFont.load_default(size)
        if not isinstance(face, FreeTypeFont):
            raise RuntimeError("Pillow was built without FreeType; install the wheel from requirements.lock")
        _faces[size] = face
    return _faces[size]
