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
    """The news with windows completed by the days that sources name for the same hours, where they name the same."""
    news = list(news)
    named: dict[_Hours, set[str]] = {}
    for o in previous:
        _note(named, o.key)
    for new in news:
        for key in new.statements:
            _note(named, key[:-1])
    only = {hours: next(iter(windows)) for hours, windows in named.items() if len(windows) == 1}
    return [_completed(new, only) for new in news]


def _note(named: dict[_Hours, set[str]], key: tuple[str, str, Meter, str, str]) -> None:
    provider, sku, meter, region, currency = key
    hours, at, _ = meter.window.partition("@")
    if at:
        hourly = (provider, sku, replace(meter, window=hours), region, currency)
        named.setdefault(hourly, set()).add(meter.window)


def _completed(new: Incoming, named: Mapping[_Hours, str]) -> Incoming:
    """A source that names the days itself keeps both of its statements: it knows what it means."""
    moved: dict[Key, Statement] = {}
    changed = False
    for key, s in new.statements.items():
        window = named.get(key[:-1]) if s.meter.window and "@" not in s.meter.window else None
        if window:
            meter = replace(s.meter, window=window)
            complete = (*key[:2], meter, *key[3:])
            if complete not in new.statements:
                key, s, changed = complete, replace(s, meter=meter), True
        moved[key] = s
    return replace(new, statements=moved) if changed else new
