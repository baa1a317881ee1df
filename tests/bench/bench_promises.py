"""What the committed data reach of the design's aims for accuracy and coverage. Run it as a script.

Accuracy is read from the last evaluation (`atlas evaluate`), which tests predictions on configurations left out of the
calibration; coverage is counted in the committed state, without offers that have ended.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from generator import nightly
from generator.places import checkout
from generator.precompute.catalogue import published_offers
from tests.bench.figures import figure

OFFERS, PROVIDERS, RENTALS = 40_000, 280, 5_500


def main() -> int:
    """Print the figures; 1 when one misses its aim."""
    at = nightly.inputs(checkout(), None, offline=True)
    missed = 0
    offers = published_offers(at.registry, at.state.offers, at.as_of)
    sellers = {o.provider for o in offers} | {o.provider for o in at.state.gpu_offers}
    for name, count, least in (
        ("API offers in force", len(offers), OFFERS),
        ("providers with an offer or a rental", len(sellers), PROVIDERS),
        ("GPU rental prices", len(at.state.gpu_offers), RENTALS),
    ):
        figure(name, count, "", at_least=least)
        missed += count < least
        print(f"{name:48} {count:8,} (at least {least:,})")
    accuracy = json.loads((at.places.state / "accuracy.json").read_text(encoding="utf-8"))
    for target in accuracy["targets"]:
        low, high = (target.get(name) for name in ("least", "most"))
        limits = {"at_least": None if low is None else 100 * low, "at_most": None if high is None else 100 * high}
        figure(f"{target['name']}, {target['n']:,} points", 100 * target["reached"], "%", **limits)
        missed += not target["met"]
        print(f"{target['name']:48} {100 * target['reached']:7.1f} % ({limits})")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
