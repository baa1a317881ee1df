"""The published table of token prices: one row a provider, model id, region and service tier, for spreadsheets."""

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.explorer.token_rows import GIVEN, TokenRow, band_text, grade, status, token_rows
from generator.render.page import SiteData
from generator.render.site_index import SiteIndex, site_index
from wasm_tools.pricing.meters import price_text

_PER = "USD per 1M tokens"
TOKEN_PRICE_COLUMNS = (
    Column("provider", "text", "who bills; id in providers.json"),
    Column("sku", "text", "the provider's own id of what is sold, in strict normal form"),
    Column("model", "text", "canonical model; id in models.json, empty while the name is unresolved"),
    Column("workload", "text", "what it is used for: llm, embeddings and so on"),
    Column("region", "text", "where the price holds; global where a source names no region"),
    Column("tier", "text", "standard, batch, flex or priority"),
    Column("input", "decimal", "price of prompt tokens, exact, empty where not stated", _PER),
    Column("output", "decimal", "price of answer tokens, exact, empty where not stated", _PER),
    Column("cached", "decimal", "price of prompt tokens read from the cache, exact, empty where not stated", _PER),
    Column("write", "decimal", "price of writing to the cache, exact, empty where not stated", _PER),
    Column("long_prompts", "text", "long prompts: above-tokens input output cached write, bands separated by ;"),
    Column("grade", "text", "the worse grade of the input and output price, A to D"),
    Column("state", "text", "on sale, beta, deprecated, retired, does not answer, or price in doubt"),
)


def token_prices_table(data: SiteData) -> ApiTable:
    """The token prices of everything that is billed by text tokens, in the order of the explorer."""
    index = site_index(data)
    return ApiTable(
        "token_prices",
        "Token prices",
        "Input, output and cache prices side by side: one row a provider, model id, region and service tier.",
        TOKEN_PRICE_COLUMNS,
        [_row(r, index) for r in token_rows(index)],
    )


def _row(row: TokenRow, index: SiteIndex) -> tuple[Cell, ...]:
    prices = (row.price(name) for name in GIVEN)
    return (
        row.sku.provider,
        row.sku.sku,
        row.sku.model,
        row.sku.workload,
        row.sku.region,
        row.tier,
        *("" if p is None else price_text(p) for p in prices),
        band_text(row.bands),
        grade(row, index),
        status(row, index),
    )
