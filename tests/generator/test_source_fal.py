"""What the fal connector promises, on endpoints made by hand in the documented shape: nothing of it is stored."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from generator.sync.price_fields import ZERO
from generator.sync.sources.fal import collect, parse
from generator.sync.statements import Parsed, PayloadError
from tests.generator.rental_rows import UNITS, rows

PAGES: dict[str, Any] = json.loads(rows("fal.json"))


def body(pages: dict[str, Any]) -> bytes:
    return json.dumps({name: json.dumps(page) for name, page in pages.items()}).encode()


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(body(PAGES), UNITS)


@pytest.mark.parametrize(
    ("sku", "workload", "meter", "price"),
    [
        ("fal-ai/flux/dev", "image", "output.image.megapixel", "0.025"),
        ("fal-ai/nano-banana-pro", "image", "output.image.image", "0.15"),
        ("fal-ai/veo3.1", "video", "output.video.video_second", "0.4"),
        ("fal-ai/pika/v2/pikadditions", "video", "output.video.clip", "0.465"),
        ("fal-ai/minimax/speech-2.8-hd", "text-to-speech", "input.text.character", "100"),
        ("fal-ai/wizper", "speech-to-text", "input.audio.audio_second", "1.8"),
        ("fal-ai/playht/tts/v3", "text-to-speech", "output.audio.audio_second", "1.8"),
        ("fal-ai/esrgan", "image", "output.any.gpu_second", "3.996"),
    ],
)
def test_a_unit_and_a_category_make_a_meter(parsed: Parsed, sku: str, workload: str, meter: str, price: str) -> None:
    (got,) = [s for s in parsed.offers if s.sku == sku]
    assert (got.provider, got.workload, str(got.meter), got.price) == ("fal", workload, meter, Decimal(price))
    assert (got.field, got.currency) == ("unit_price", "USD")


def test_units_that_say_nothing_and_zero_are_counted(parsed: Parsed) -> None:
    assert parsed.rejected == {
        "unit units cannot be compared": 1,
        "unit seconds: of what, the category does not say": 1,
        ZERO: 1,
    }
    assert (parsed.entries, len(parsed.offers)) == (11, 8)
    assert parsed.unread == {"surprise": 1}


def test_what_an_endpoint_says_of_itself_is_kept(parsed: Parsed) -> None:
    facts = {f.sku: f for f in parsed.facts}
    assert (facts["fal-ai/flux/dev"].name, facts["fal-ai/flux/dev"].released) == ("FLUX.1 [dev]", "2024-08-01")
    assert facts["fal-ai/flux/dev"].output_modalities == ("image",)
    assert facts["fal-ai/pika/v2/pikadditions"].status == "deprecated"


def test_endpoints_are_listed_and_priced_fifty_at_a_time() -> None:
    asked: list[str] = []

    def read(name: str, url: str) -> str:
        asked.append(url)
        if "/pricing?" in url:
            return '{"prices": []}'
        cursor = parse_qs(urlsplit(url).query).get("cursor")
        listed = [{"endpoint_id": f"fal-ai/{cursor or 'first'}/{n}"} for n in range(40)]
        return json.dumps({"models": listed, "next_cursor": None if cursor else "a b"})

    texts = collect("https://api.fal.ai/v1/models", read)
    assert sorted(texts) == ["models-000", "models-001", "prices-000", "prices-001"]
    assert asked[1].endswith("&cursor=a%20b")
    assert [u.count("endpoint_id=") for u in asked[2:]] == [50, 30]


@pytest.mark.parametrize("pages", [{}, {"models-000": []}, {"prices-000": {"detail": "no"}}, {"other": {"other": []}}])
def test_another_payload_is_refused_by_name(pages: dict[str, Any]) -> None:
    with pytest.raises(PayloadError, match="fal"):
        parse(body(pages), UNITS)


def test_a_row_of_another_shape_costs_only_itself() -> None:
    got = parse(
        body({"prices-000": {"prices": [None, {"unit": "images"}, *PAGES["prices-000"]["prices"][1:2]]}}), UNITS
    )
    assert len(got.offers) == 1 and got.rejected == {"row has another shape": 2}
