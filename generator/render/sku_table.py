"""The published table of what is known of each SKU beside its prices, with the source of every field."""

from collections import Counter
from collections.abc import Iterator

from generator.render.api_table import ApiTable, Cell, Column
from generator.render.page import SiteData
from generator.render.site_index import site_index
from generator.render.sku_facts import KnownFacts, cited_pages

_FACTS = (
    Column("name", "text", "name at the provider"),
    Column("developer", "text", "developer as a source names it"),
    Column("context", "integer", "longest prompt and answer together", "tokens"),
    Column("max_output", "integer", "longest answer", "tokens"),
    Column("released", "date", "first day on sale"),
    Column("knowledge", "text", "date until which the model was trained"),
    Column("status", "text", "beta, deprecated or dead"),
    Column("deprecated_on", "date", "from this day on the provider tells people to leave"),
    Column("retires_on", "date", "from this day on it is switched off"),
    Column("licence", "text", "licence of the weights"),
    Column("open_weights", "text", "yes or no"),
    Column("quantization", "text", "form in which the weights are served, such as fp8"),
    Column("input_modalities", "text", "what it reads, separated by |"),
    Column("output_modalities", "text", "what it writes, separated by |"),
    Column("hf_repo", "text", "repository of the weights"),
    Column("alias_of", "text", "the id that this one stands for today"),
    Column("requests_per_minute", "integer", "limit of a new paying account, empty when unknown", "requests a minute"),
    Column("tokens_per_minute", "integer", "limit of a new paying account, empty when unknown", "tokens a minute"),
    Column("requests_per_day", "integer", "limit of a new paying account, empty when unknown", "requests a day"),
    Column("tokens_per_second", "number", "observed speed of one stream, median", "output tokens a second"),
    Column("ttft_ms", "number", "observed time to the first token, median", "ms"),
    Column("uptime", "number", "observed share of requests that were answered, 0 to 1"),
    Column("observed_requests", "integer", "requests behind the observations", "requests"),
)
_NAMES = tuple(c.name for c in _FACTS)
SKU_COLUMNS = (
    Column("provider", "text", "who bills; id in providers.json"),
    Column("sku", "text", "the provider's own id of what is sold, in strict normal form"),
    Column("model", "text", "canonical model; id in models.json, empty while the name is unresolved"),
    Column("prices", "integer", "rows of this id in offers.csv", "prices"),
    *_FACTS,
    Column("flags", "text", "what warns of its prices: retired, dead, deprecated, output_longer_than_context"),
    Column("sources", "text", "who states each field: field=source"),
    Column("price_pages", "text", "the price page that each source cites: source=address"),
)


def skus_table(data: SiteData) -> ApiTable:
    """What is known of every SKU that any source describes."""
    index = site_index(data)
    prices = Counter((o.provider, o.sku) for o in data.offers)
    rows = [
        (
            *key,
            data.registry.model_of(*key),
            prices[key],
            *(_cell(getattr(known.best, name)) for name in _NAMES),
            " ".join(warnings(known, data.as_of)),
            " ".join(f"{name}={known.source(name)}" for name in _NAMES if known.source(name)),
            " ".join(f"{source}={page}" for source, page in sorted(cited_pages(known).items())),
        )
        for key, known in sorted(index.facts.items())
    ]
    return ApiTable(
        "skus",
        "Model ids",
        "Context, life cycle, limits, quantisation and observed speed, one row a provider and model id.",
        SKU_COLUMNS,
        rows,
    )


def warnings(known: KnownFacts, as_of: str) -> Iterator[str]:
    """The names of the flags of a SKU."""
    if known.retired(as_of):
        yield "retired"
    if known.dead:
        yield "dead"
    if known.deprecated(as_of):
        yield "deprecated"
    if known.longer_than_context:
        yield "output_longer_than_context"


def _cell(value: object) -> Cell:
    if isinstance(value, tuple):
        return "|".join(value)
    return value if isinstance(value, str | int | float) else None
