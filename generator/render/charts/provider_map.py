"""Which providers sell what: a mark for each provider and workload, its area for the number of prices."""

from collections import Counter

from generator.render.charts.evidence import sources_named
from generator.render.charts.record import Axis, Chart, Point, Series, distinct
from generator.render.site_index import SiteIndex
from generator.render.texts import text

PROVIDERS = 20
SHORT = {
    "llm": "LLM",
    "gpu": "GPU",
    "speech-to-text": "STT",
    "text-to-speech": "TTS",
    "embeddings": "embed.",
    "moderation": "moder.",
    "realtime": "live",
}


def provider_map(index: SiteIndex) -> Chart | None:
    """The providers with the most kinds of workloads, then with most prices; None where nobody sells anything."""
    counts: Counter[tuple[str, str]] = Counter((o.provider, o.workload) for o in index.data.offers)
    counts.update((r.provider, "gpu") for r in index.data.rentals)
    if not counts:
        return None
    totals: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    workloads: Counter[str] = Counter()
    for (provider, workload), n in counts.items():
        totals[provider] += n
        kinds[provider] += 1
        workloads[workload] += 1
    shown = sorted(totals, key=lambda p: (-kinds[p], -totals[p], p))[:PROVIDERS]
    rows = dict(zip(shown, distinct(index.provider_name(p) for p in shown), strict=True))
    columns = {w: SHORT.get(w, w) for w, _ in sorted(workloads.items(), key=lambda w: (-w[1], w[0]))}
    widest = shown[0]
    read = [s.id for s in index.data.registry.sources if s.id in index.data.state.snapshots]
    return Chart(
        id="provider-map",
        title=text("charts.map.title"),
        summary=" ".join(
            (
                text("charts.map.most", provider=rows[widest], n=kinds[widest]),
                text("charts.map.single", n=sum(k == 1 for k in kinds.values()), all=len(kinds)),
                text("charts.map.drawn", shown=len(shown)),
            )
        ),
        x=Axis(text("charts.map.category"), "category", categories=tuple(columns.values())),
        y=Axis(text("charts.provider"), "category", categories=tuple(rows.values())),
        series=(
            Series(
                text("charts.map.prices"),
                "points",
                tuple(
                    Point(columns[w], rows[p], text("charts.map.price", n=n), f"providers/{p}/", size=float(n))
                    for p in shown
                    for w in columns
                    if (n := counts[p, w])
                ),
            ),
        ),
        sources=sources_named(text("charts.prices_from"), read, index),
        as_of=index.data.as_of,
    )
