"""A local overlay joins the catalogue of one run, replaces what it names, and is never stored."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generator.cli import app
from generator.nightly import inputs, overlaid
from generator.overlay import OverlayError
from generator.places import Places

ROOT = Path(__file__).parents[2]
PRIVATE = """
[[model]]
id = "acme-chat-2"
name = "Acme Chat 2"
class = "frontier"
open_weights = false

[[price]]
provider = "acme"
sku = "acme-chat-2"
meter = "input.text.token"
price = 0.01

[[price]]
provider = "acme"
sku = "acme-chat-2"
meter = "output.text.token"
price = "0.02"

[[price]]
provider = "openai"
sku = "gpt-5"
meter = "input.text.token"
price = "0.99"
note = "our contract"

[[rental]]
provider = "acme"
instance = "rack-7"
gpu = "h100-sxm"
count = 8
price = "1.95"
"""


def overlay(folder: Path, text: str) -> Path:
    path = folder / "private.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_private_price_replaces_the_public_one_of_the_same_meter(tmp_path: Path) -> None:
    at = inputs(Places(ROOT), None, offline=True)
    mine = overlaid(at, overlay(tmp_path, PRIVATE))
    of = {(o.provider, o.sku, str(o.meter)): o for o in mine.state.offers if o.region == "global"}
    assert str(of["openai", "gpt-5", "input.text.token"].price) == "0.99"
    assert of["openai", "gpt-5", "output.text.token"].evidence[0].source != "overlay"
    assert any(r.instance == "rack-7" for r in mine.state.gpu_offers)
    assert not any(o.provider == "acme" for o in at.state.offers)


def test_a_private_model_is_ranked_first_when_it_is_cheapest(tmp_path: Path) -> None:
    command = ["plan", "--prompt", "512", "--output", "256", "--class", "frontier", "--json"]
    done = CliRunner().invoke(app, [*command, "--overlay", str(overlay(tmp_path, PRIVATE))])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["plans"][0]["model"] == "acme-chat-2"


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ("[[price]]\nprovider = 'x'\nsku = 'm'\nmeter = 'input.text.token'\nprice = -1", "price.1.price"),
        ("[[price]]\nprovider = 'x'\nsku = 'm'\nmeter = 'input.text'\nprice = 1", "direction.modality.unit"),
        ("[[rental]]\nprovider = 'x'\ninstance = 'm'\ngpu = 'h999'\nprice = 1", "'h999' is not registered"),
        ("[[prices]]\nprovider = 'x'", "prices"),
        ("not toml", "is not TOML"),
    ],
)
def test_a_wrong_overlay_is_refused_by_name(tmp_path: Path, broken: str, named: str) -> None:
    with pytest.raises(OverlayError, match=named):
        overlaid(inputs(Places(ROOT), None, offline=True), overlay(tmp_path, broken))


def test_an_overlay_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OverlayError, match="cannot be read"):
        overlaid(inputs(Places(ROOT), None, offline=True), tmp_path / "none.toml")
