"""Windows without weekdays: one source cannot name the days on which a price holds, another one does (PE-16).

`0100-0400` of the one and `0100-0400@mon-fri` of the other are the same window of the same SKU, so the statement of
the first is taken for the window with days. Where nobody names days, the hours stand alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from generator.sync.reconcile import Incoming, Key
from generator.sync.statements import Statement
from wasm_tools.pricing.meters import Meter
from wasm_tools.pricing.offers import Offer

_Hours = tuple[str, str, Meter, str, str]  # provider, sku, meter with the hours only, region, currency


def with_weekdays(news: Iterable[Incoming], previous: Iterable[Offer]) -> list[Incoming]:
    """The news with windows completed by the days that any source names for the same hours."""
    news = list(news)
    named: dict[_Hours, str] = {}
    for o in previous:
        _note(named, o.key)
    for new in news:
        for key in new.statements:
            _note(named, key[:-1])
    return [_completed(new, named) for new in news]


def _note(named: dict[_Hours, str], key: tuple[str, str, Meter, str, str]) -> None:
    provider, sku, meter, region, currency = key
    hours, at, _ = meter.window.partition("@")
    if at:
        named.setdefault((provider, sku, replace(meter, window=hours), region, currency), meter.window)


def _completed(new: Incoming, named: Mapping[_Hours, str]) -> Incoming:
    moved: dict[Key, Statement] = {}
    changed = False
    for key, s in new.statements.items():
        window = named.get(key[:-1]) if s.meter.window and "@" not in s.meter.window else None
        if window:
            meter = replace(s.meter, window=window)
            key, s, changed = (*key[:2], meter, *key[3:]), replace(s, meter=meter), True
        moved.setdefault(key, s)
    return replace(new, statements=moved) if changed else new
