"""What is left of a budget, asked by a program that records its calls, with the prices of a price book."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest

from generator.precompute.invoice_pack import invoice_pack
from tests.generator.tool_site import tool_site
from wasm_tools.spend import record, remaining
from wasm_tools.spend.recording import clock, settings
from wasm_tools.spend.recording.settings import SettingsError

REGISTRY = Path(__file__).parents[2] / "data" / "registry"
SETTINGS = """
[spend]
ledger = "spend"
prices = "prices.json"

[[spend.budgets]]
name = "all"
amount = "10"

[[spend.budgets]]
name = "search"
amount = 0.5
per = "project"
group = "team=search"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an `atlas.toml`, a price book with the prices of the small site, and no call yet."""
    data = tool_site()
    (tmp_path / "prices.json").write_text(json.dumps(invoice_pack(data.registry, data.state, data.as_of, REGISTRY)))
    (tmp_path / "atlas.toml").write_text(SETTINGS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(settings.VARIABLE, raising=False)
    settings._folder.cache_clear()
    return tmp_path


def test_what_is_left_falls_with_every_call_and_unpriced_ones_are_counted(project: Path) -> None:
    """Input of closed-xl costs $2 a million tokens, $4 in prompts above 128,000."""
    assert remaining("all").left == Decimal(10)
    assert record(provider="acme", model="closed-xl", input_uncached=100_000, tags={"team": "search"})
    assert record(provider="acme", model="closed-xl", input_uncached=200_000)
    assert record(provider="acme", model="unheard-of", input_uncached=5)
    found = remaining("all")
    assert (found.spent, found.left, found.unpriced_calls) == (Decimal(1), Decimal(9), 1)
    assert found.since == f"{clock.utc_now()[:7]}-01" and found.until > found.since
    search = remaining("search")
    assert (search.left, search.unpriced_calls, search.until) == (Decimal("0.3"), 0, "")


def test_a_packed_price_book_may_be_given(project: Path) -> None:
    (project / "packed.json.gz").write_bytes(gzip.compress((project / "prices.json").read_bytes()))
    assert remaining("search", prices=project / "packed.json.gz").left == Decimal("0.5")


def test_a_check_that_cannot_be_made_does_not_pass(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(said: str, budget: str = "all", **more: str) -> None:
        with pytest.raises(SettingsError, match=said):
            remaining(budget, **more)

    refused("name one budget; there are 'all', 'search'", "")
    refused("name one budget", "al")
    refused("cannot be read: No such file", prices="nothing.json")
    (project / "odd.json").write_text('{"version": 1}')
    refused("is not a price book that this version reads", prices="odd.json")
    (project / "atlas.toml").write_text(SETTINGS.replace('"10"', '"ten"'))
    refused(r"atlas\.toml: budgets\.amount: 'ten' cannot be read")
    (project / "atlas.toml").write_text(SETTINGS.replace('prices = "prices.json"', ""))
    refused("there are no prices")
    (project / "atlas.toml").write_text(SETTINGS)
    monkeypatch.setenv(settings.VARIABLE, "")
    refused("there is no ledger")
