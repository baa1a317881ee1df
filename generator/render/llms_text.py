"""llms.txt: what the site is and where its data lie, for programs that read text (the format of llmstxt.org)."""

from generator.render.page import SiteData
from generator.render.site_index import site_index

_TEXT = """\
# Inference Price Atlas

> What AI inference costs and what to run it on: {offers} API prices of {models} models at {providers} providers,
> {rentals} GPU rental prices, measured speed, and ranked plans that meet a latency target. As of {as_of}.

Static files, no key. Prices are exact decimals in US dollars per the unit that stands beside them. A missing price is
empty or null, never 0. Each price names its sources, the day it was read, and a grade from A to D. Name the source when
you publish a figure.

Every page about a model, provider, GPU, workload, plan or use case has a Markdown twin: its address followed by
`index.md`. The JSON of a model is `api/v1/models/{{id}}.json`, of a provider `api/v1/providers/{{id}}.json`, of a GPU
`api/v1/gpus/{{id}}.json`.

## Lists

- [Models]({at}models/index.md): every model with its lowest and its cheapest verified price
- [Providers]({at}providers/index.md): who sells models and GPUs
- [GPUs]({at}gpus/index.md): accelerators with their rental prices
- [Workloads]({at}workloads/index.md): speech, images, video, embeddings and others, ranked by unit
- [Plans]({at}plans/index.md): the cheapest plan for each length, latency target and load
- [Use cases]({at}use-cases/index.md): the questions of the start page with their answers
- [Sources]({at}data-sources/index.md): where figures come from, with licences
- [Health]({at}health/index.md): state and age of each source

## Data

- [Index of all files]({at}api/v1/index.json): sizes, checksums, columns, terms
- [Every API price]({at}api/v1/offers.csv): one row a provider, model id, meter and region
- [Every GPU rental price]({at}api/v1/gpu_offers.csv): per GPU and hour
- [Data package]({at}api/v1/datapackage.json): the tables with their fields
- [Attribution]({at}api/v1/ATTRIBUTION.md): whom to name

## Optional

- [The files and how to read them]({at}api/): meters, stability, examples
- [Methodology]({at}methodology/): how a price is chosen and graded, how speed is predicted
- [Accuracy]({at}accuracy/): predictions held against measurements
"""


def llms_text(data: SiteData, site_url: str) -> str:
    """The file. Links are relative while the address of the site is not known."""
    index = site_index(data)
    return _TEXT.format(
        at=site_url,
        as_of=data.as_of,
        offers=f"{len(data.offers):,}",
        models=f"{len(index.models):,}",
        providers=f"{len(index.providers):,}",
        rentals=f"{len(data.rentals):,}",
    )
