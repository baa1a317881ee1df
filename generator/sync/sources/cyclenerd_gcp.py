"""Cyclenerd publishes prices of Google Compute Engine machine types computed from Google's SKUs, USD per **machine**.

A price includes CPU and memory, so it is another offer than that of the GPU SKU alone (PE-36). Traps: on demand and
spot are per hour, the one- and three-year commitments per **month** of 730 hours; `month` and `month_spot` repeat the
hour; a G4 machine may hold an eighth of a GPU, which the table of instances names as such; there is no H200 or B200.
Two forms are read: the live `pricing.yml` (a generated file, two blanks a level, read line by line) and a stored CSV of
its GPU machine types.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from generator.sync.instances import UNKNOWN, instances
from generator.sync.plain_values import day_of, whole
from generator.sync.price_fields import csv_payload, number
from generator.sync.rental_prices import HOURS_PER_MONTH, Rentals
from generator.sync.statements import Parsed, PayloadError
from wasm_tools.pricing.meters import UnitRegistry

SOURCE = "cyclenerd-gcp"
PROVIDER = "google-compute"
PAGE = "https://cloud.google.com/compute/vm-instance-pricing"
COLUMNS = ("machine_type", "accelerator", "accelerator_count", "region", "hour_usd")
_PRICES = {
    "hour": ("on_demand", 1),
    "hour_spot": ("spot", 1),
    "month_1y": ("1y", HOURS_PER_MONTH),
    "month_3y": ("3y", HOURS_PER_MONTH),
}
_REPEATS = ("month", "month_spot")
_CSV_FACTS = frozenset({"machine_type", "accelerator", "accelerator_count", "cpu", "ram_gb", "region"})
_YAML_FACTS = frozenset({"cost", "cpu", "ram", "bandwidth", "local-ssd", "type"})
_GPU_FAMILY = re.compile(r"(?:a2|a3|a4x?|g2|g4)-")
_GPU_COUNT = re.compile(r"(?:[a-z]+\d|\d)[a-z0-9-]*")  # a100, h100-80gb-mega, l4, rtx6000: the key that counts GPUs
_SECTION = re.compile(r"^compute:\n(?:(?: .*)?\n)*?  instance:\n", re.MULTILINE)
_LINE = re.compile(r"( *)([^:\s][^:]*):(?: (.*))?")
_TIMESTAMP = re.compile(r"^  timestamp: (\d+)$", re.MULTILINE)


@dataclass(slots=True)
class _Machine:
    name: str
    gpus: str = ""  # how many, as the source counts them; may be a fraction
    costs: dict[str, dict[str, str]] = field(default_factory=dict)  # region -> price field -> text


def parse(body: bytes, units: UnitRegistry) -> Parsed:
    """The rental prices of `pricing.yml` or of its stored CSV; raises PayloadError when it is neither."""
    text = body.decode("utf-8", errors="replace")
    parsed = Parsed()
    section = _SECTION.search(text)
    if section:
        stamp = _TIMESTAMP.search(text)
        parsed.as_of = day_of(float(stamp[1])) if stamp else ""
        machines = list(_yaml_machines(parsed, text[section.end() :]))
    else:
        machines = list(_csv_machines(parsed, text))
    if not machines:
        raise PayloadError(f"{SOURCE}: holds no machine type with a GPU")
    rentals = Rentals(parsed, units)
    for machine in machines:
        _state(rentals, machine)
    return parsed


def _csv_machines(parsed: Parsed, text: str) -> Iterator[_Machine]:
    for row in csv_payload(SOURCE, text, COLUMNS):
        if not row:
            parsed.entries += 1
            parsed.reject("row with shifted columns", "?")
            continue
        prices = {k.removesuffix("_usd"): v for k, v in row.items() if k not in _CSV_FACTS}
        yield _Machine(row["machine_type"], row["accelerator_count"], {row["region"]: prices})


def _yaml_machines(parsed: Parsed, text: str) -> Iterator[_Machine]:
    machine: _Machine | None = None
    region = ""
    for line in text.split("\n"):
        found = _LINE.fullmatch(line)
        level = len(found[1]) if found else 0
        if found is None or level <= 2:
            break  # the next section
        if level == 4:
            if machine:
                yield machine
            machine = _Machine(found[2]) if _GPU_FAMILY.match(found[2]) else None
        elif machine is None:
            continue
        elif level == 6 and found[2] not in _YAML_FACTS:
            if _GPU_COUNT.fullmatch(found[2]):
                machine.gpus = found[3] or ""
            else:
                parsed.unread[found[2]] += 1
        elif level == 8:
            region = found[2]
            machine.costs[region] = {}
        elif level == 10:
            machine.costs[region][found[2]] = found[3] or ""
    else:
        raise PayloadError(f"{SOURCE}: the file breaks off inside the machine types")
    if machine:
        yield machine


def _state(rentals: Rentals, machine: _Machine) -> None:
    parsed, found = rentals.parsed, instances("gcp").get(machine.name)
    for region, prices in machine.costs.items():
        parsed.entries += 1
        if found is None:
            parsed.reject(UNKNOWN, machine.name)
            continue
        if whole(machine.gpus) not in (None, found.count):
            parsed.reject("the number of GPUs is not that of the table of instances", machine.name)
            continue
        _state_prices(rentals, machine.name, region, prices)


def _state_prices(rentals: Rentals, name: str, region: str, prices: Mapping[str, str]) -> None:
    parsed, found = rentals.parsed, instances("gcp")[name]
    parsed.expect(prices, (*_PRICES, *_REPEATS))
    for key, (commitment, hours) in _PRICES.items():
        if not prices.get(key):
            if key in prices:
                parsed.reject(f"{key}: no price stated", f"{name} {region}")
            continue
        rentals.add(
            key, number(prices[key]), provider=PROVIDER, instance=name, gpu_name=found.gpu, count=found.count,
            hours=hours, commitment=commitment, region=region, host_included="yes", source_url=PAGE, per_second="yes",
        )  # fmt: skip
    for key in _REPEATS:
        if prices.get(key):
            parsed.reject(f"{key}: repeats the price per hour", f"{name} {region}")
