"""What LLMRates writes into `tier_label` and in brackets behind a model's name, in English or Chinese.

A label is a modality of the token columns (PE-09), a format of a picture or clip (`720p/1080p`, `1024×1024/Standard`),
a condition on the length of the output, hours of the day in China, the place of the endpoint, or a text that the
source failed to fill in. The bands of the prompt length that most Chinese labels repeat are in columns of their own.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from generator.sync.time_windows import window_text

CHINA = 8  # hours ahead of UTC, the year round
MODALITIES = {"text": "text", "text/image/video": "text", "audio": "audio", "image": "image", "images": "image"}
LONG = "long_context"
# Peak hours that the source calls off-peak without saying when: those of DeepSeek's price page, weekends off-peak
# since 2026-08-23. Hosts that pass DeepSeek's peak price on keep its hours.
PEAK_HOURS = {
    "deepseek": ("0100-0400@mon-fri", "0600-1000@mon-fri"),
    "opencode-zen": ("0100-0400@mon-fri", "0600-1000@mon-fri"),
}
_PLACES = frozenset({"Global", "Global cross-region", "off_peak", "Batch", "多分辨率"})
# Words of a format; an empty translation is what one gets without asking.
_WORDS = {
    "video": "silent",
    "video+audio": "",
    "advanced controls": "advanced-controls",
    "image generation": "",
    "image editing": "editing",
    "upscaling": "upscaling",
    "product recontext": "product-recontext",
    "visual captioning": "captioning",
    "visual q&a": "question",
    "streaming": "streaming",
    "standard": "standard",
    "premium": "premium",
    "24fps": "",
    "audio": "",
    "no audio": "silent",
    "text to video": "",
    "有声视频": "",
    "无声视频": "silent",
    "输入不含视频": "",
    "输入包含视频": "video-input",
    "文生视频": "",
    "图生视频": "",
}
_SIZE = re.compile(r"(?:(smaller|larger)\s*than\s*)?(\d+)\s*[×x]\s*(\d+)", re.IGNORECASE)
_RESOLUTION = re.compile(r"(\d+[pk])(?:\s+(\d+s))?(?:\s*→\s*(\d+[pk]))?", re.IGNORECASE)
_OUTPUT = re.compile(r"输出(?:长度)?\s*[\[(]\s*([\d.]+)\s*(?:[,，]\s*([\d.]+|\+∞))?")
_HOURS = re.compile(r"(?<!\d)(\d{1,2})点～(\d{1,2})点")


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says. `variants` hold one and the same price each; `problem` is why it says nothing."""

    modality: str = ""
    variants: tuple[str, ...] = ("",)
    windows: tuple[str, ...] = ("",)
    long_context: bool = False
    problem: str = ""


def label_meaning(text: str) -> Label:
    """The meaning of a label; empty labels and those that only name a place mean nothing."""
    text = text.strip()
    if not text or text in _PLACES:
        return Label()
    if text in MODALITIES:
        return Label(modality=MODALITIES[text])
    if text == LONG:
        return Label(long_context=True)
    if "{" in text or "$" in text or text.isdigit():
        return Label(problem="tier_label: a text the source failed to fill in")
    hours = _HOURS.findall(text)
    if hours:
        return Label(windows=(_china_window(*map(int, hours[0])) if len(hours) == 1 else "",))
    if re.search(r"输入(?:长度)?\s*[\[(]", text):
        return Label(variants=(_output_condition(text),))
    return _format(text)


def _china_window(start: int, end: int) -> str:
    """A window from hours in China; several spans in one label are what is left of the day around another label's."""
    return window_text((start - CHINA) % 24 * 60, (end - CHINA) % 24 * 60)


def _output_condition(text: str) -> str:
    """The variant of a price that holds for short answers only: `output_to_200` tokens."""
    bounds = _OUTPUT.search(text)
    if not bounds or float(bounds[1]) > 0 or bounds[2] in (None, "+∞"):
        return ""
    longest = float(bounds[2])
    return f"output_to_{round(longest * 1000 if longest < 10 else longest)}"


def _format(text: str) -> Label:
    """A format: sizes first, then qualities, as in `1024x1024-standard`. Formats of one price are told apart."""
    sizes: list[str] = []
    qualities: list[str] = []
    for part in re.split(r"[/·，,]", text):
        word = part.strip()
        size, resolution = _SIZE.fullmatch(word), _RESOLUTION.fullmatch(word)
        if size:
            bound = {"smaller": "under-", "larger": "over-"}.get((size[1] or "").lower(), "")
            sizes.append(f"{bound}{size[2]}x{size[3]}")
        elif resolution:
            steps = [resolution[1], resolution[2], "to-" + resolution[3] if resolution[3] else ""]
            sizes.append("-".join(s for s in steps if s).lower())
        elif word.lower() in _WORDS:
            qualities.append(_WORDS[word.lower()])
        else:
            return Label(problem="tier_label: not understood")
    named = "-".join(q for q in qualities if q)
    return Label(variants=tuple("-".join(v for v in pair if v) for pair in product(sizes or [""], [named])))


@dataclass(frozen=True, slots=True)
class Bracket:
    """What the brackets behind a model's name say; `label` is None for a bracket that belongs to the name."""

    label: Label | None = None
    tier: str = ""
    status: str = ""
    hours: str = ""  # peak, off_peak
    effective_from: str = ""
    effective_to: str = ""  # the first day on which it no longer holds
    problem: str = ""


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DATE = r"(?P<month>[A-Z][a-z]+) (?P<day>\d{1,2})(?:st|nd|rd|th)?, (?P<year>\d{4})"
_FROM = re.compile(r"(?:from|Standard Price beginning) " + _DATE)
_THROUGH = re.compile(r"Promotional Price through " + _DATE)
_KNOWN = {
    "azure": Bracket(Label()),
    "on-demand": Bracket(Label()),
    "limited availability": Bracket(Label()),
    "deprecated": Bracket(Label(), status="deprecated"),
    "已下线": Bracket(Label(), status="dead"),
    "batch": Bracket(Label(), tier="batch"),
    "free": Bracket(Label(), problem="free variant is not a price"),
    "thinking": Bracket(Label(variants=("thinking",))),
    "w/ latency optimized inference": Bracket(Label(variants=("latency_optimized",))),
    "peak": Bracket(Label(), hours="peak"),
    "off-peak": Bracket(Label(), hours="off_peak"),
}


def bracket_meaning(text: str, provider: str) -> Bracket:
    """What a bracket says, or nothing when it belongs to the name (`DeepSeek R1 (Turbo)`)."""
    text = text.strip()
    known = _KNOWN.get(text.lower())
    if known:
        return known
    if text.lower().startswith("retired"):
        return Bracket(Label(), status="dead")
    if text.startswith("Nano Banana"):
        return Bracket(Label())
    begins, ends = _FROM.fullmatch(text), _THROUGH.fullmatch(text)
    if begins and begins["month"] in _MONTHS:
        return Bracket(Label(), effective_from=_iso(begins, 0))
    if ends and ends["month"] in _MONTHS:
        return Bracket(Label(), effective_to=_iso(ends, 1))
    if provider == "runway":
        label = _format(text)
        return Bracket() if label.problem else Bracket(label)
    return Bracket()


def _iso(match: re.Match[str], later: int) -> str:
    """The date of a match, `later` days on."""
    day = date(int(match["year"]), _MONTHS.index(match["month"]) + 1, int(match["day"]))
    return (day + timedelta(days=later)).isoformat()
