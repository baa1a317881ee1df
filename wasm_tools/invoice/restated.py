"""Lines as the user's answers make them: the provider, the model, the unit or the currency that a file leaves open."""

from dataclasses import dataclass, replace
from decimal import Decimal

from wasm_tools.invoice.choices import Choices
from wasm_tools.invoice.price_book import PriceBook
from wasm_tools.invoice.records import normal_name
from wasm_tools.invoice.usage import InvoiceError, LineKey, decimal_text

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Restated:
    """The key of lines after the answers; their quantity becomes × `times` ÷ `over`, their cost × `rate`.

    Multiplied first, the quantity stays exact: a sixtieth of hours is no decimal number, of what was hours it is.
    """

    key: LineKey
    times: Decimal = ONE
    over: Decimal = ONE
    rate: Decimal = ONE


def require_known(choices: Choices, book: PriceBook) -> None:
    """Raises InvoiceError for an answer that names a provider or a unit that is not known."""
    for one in (choices, *choices.files.values()):
        for name, provider in one.providers.items():
            if book.names.providers.get(provider.lower(), provider.lower()) not in book.prices.providers:
                raise InvoiceError(
                    f"providers: {name or 'what the file leaves open'} is said to be {provider!r}, which is no "
                    "provider with prices: name one of the catalogue"
                )
        for name, unit in one.units.items():
            if not book.spellings.known(unit):
                raise InvoiceError(
                    f"units: {name or 'what the file leaves open'} is said to be {unit!r}, which is no unit that is "
                    "known, such as tokens, 1k_tokens, 1m_tokens, audio_min or 1k_chars"
                )


def restated(key: LineKey, choices: Choices, book: PriceBook) -> Restated:
    """What the answers make of lines of a key; the same key where they say nothing of them."""
    provider = choices.providers.get((key.provider or key.host).strip().lower(), "")
    model = choices.models.get(key.model_raw.strip().lower(), "") if key.model_raw else ""
    told = []
    if provider:
        told.append(f"provider {provider}: stated by you")
    if model:
        told.append(f"{key.model_raw} taken for {model}: stated by you")
    unit, times, over = _unit(key, choices, book)
    if unit:
        told.append(f"unit {key.unit_raw or 'not in the file'} read as {_said(key, choices)}: stated by you")
    rate = choices.rates.get(key.currency) if key.currency != "USD" else None
    if rate is not None:
        told.append(f"converted at {decimal_text(rate)} USD for 1 {key.currency}: stated by you")
    if not told:
        return Restated(key)
    made = replace(
        key,
        provider=provider or key.provider,
        model_raw=model or key.model_raw,
        unit=unit or key.unit,
        unit_evidence="stated" if unit else key.unit_evidence,
        currency=key.currency if rate is None else "USD",
        converted=() if rate is None else (key.currency, rate),
        told=tuple(told),
    )
    return Restated(made, times, over, ONE if rate is None else rate)


def _said(key: LineKey, choices: Choices) -> str:
    return choices.units.get(normal_name(key.unit_raw), "")


def _unit(key: LineKey, choices: Choices, book: PriceBook) -> tuple[str, Decimal, Decimal]:
    """The unit that was stated for one as written, its factor, and the one of what it was taken for before."""
    said = _said(key, choices)
    if not said or key.line_class == "blended":
        return "", ONE, ONE
    workload = book.workloads.get(normal_name(key.workload), "")
    found, before = book.spellings.conversion(said, workload), book.spellings.conversion(key.unit_raw, workload)
    if not found.unit or (key.unit and key.unit != before.unit):
        return "", ONE, ONE  # no unit of this workload, or a quantity that was not converted by this spelling
    return found.unit, found.factor, before.factor if key.unit else ONE
