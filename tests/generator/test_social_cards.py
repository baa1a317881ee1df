"""Pictures beside links: one a kind and use case, the same bytes twice, and every letter drawn."""

from io import BytesIO

from PIL import Image

from generator.render.page import Page
from generator.render.shell import social_tags
from generator.render.social_cards import SocialCard, card_name, drawn, font, spoken, wrapped


def card(title: str = "Models", sentence: str = "What they cost.") -> SocialCard:
    return SocialCard("models", title, sentence, "2026-11-20")


def test_picture_has_the_size_that_sites_show_and_is_light() -> None:
    body = drawn(card("A title that is long enough for two lines of the picture", "word " * 60))
    picture = Image.open(BytesIO(body))
    assert (picture.size, picture.format) == ((1200, 630), "PNG")
    assert len(body) < 40_000
    assert drawn(card()) == drawn(card()) != drawn(card("Providers"))


def test_letters_that_the_font_lacks_are_spoken() -> None:
    assert spoken("512→256 tokens, TTFT ≤ 500 ms – café") == "512 to 256 tokens, TTFT up to 500 ms - cafe"
    assert drawn(card("≤")) == drawn(card("up to"))


def test_text_is_cut_at_the_last_line_with_a_sign() -> None:
    lines = wrapped("word " * 200, font(36), 1000, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("word…")
    assert all(font(36).getlength(line) <= 1000 for line in lines)
    assert wrapped("x" * 500, font(36), 300, 2)[0].endswith("…")


def test_use_cases_have_their_own_picture_and_other_pages_that_of_their_kind() -> None:
    assert card_name("use_cases", "use-cases/chatbot/") == "use-case-chatbot"
    assert card_name("use_cases", "use-cases/") == "use-cases"
    assert card_name("models", "models/by/openai/2/") == "models"
    assert card_name("data_sources", "data-sources/") == "data-sources"


def test_tags_name_a_picture_only_by_a_whole_address() -> None:
    page = Page("models/", 'Prices & "quotes"', "What <it> costs", "x.html", {}, picture="assets/cards/models.png")
    known = "".join(social_tags(page, "https://atlas.example/"))
    assert '<meta property="og:image" content="https://atlas.example/assets/cards/models.png">' in known
    assert '<meta property="og:title" content="Prices &amp; &quot;quotes&quot;">' in known
    assert "summary_large_image" in known
    unknown = "".join(social_tags(page, ""))
    assert "og:image" not in unknown
    assert "og:url" not in unknown
    assert "What &lt;it&gt; costs" in unknown
