"""The stable names of prices: what a report of a wrong price carries, and what leads back to its row."""

from urllib.parse import urlencode

from generator.render.site_index import Sku
from wasm_tools.pricing.offers import GpuOffer

REPORT = "report/"
BETWEEN = "|"  # in no id of any provider


def sku_id(sku: Sku) -> str:
    """A model id at a provider in a region. With its meter behind it, it names one price."""
    return BETWEEN.join(("offer", sku.provider, sku.sku, sku.region))


def rental_id(rental: GpuOffer) -> str:
    """One rental price."""
    return BETWEEN.join(("rental", rental.provider, rental.instance, rental.region, rental.commitment))


def report_address(identifier: str) -> str:
    """The page that puts a report together, relative to the site."""
    return f"{REPORT}?{urlencode({'id': identifier})}"
