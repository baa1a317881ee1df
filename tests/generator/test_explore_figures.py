"""Figures that the explorer computes: the reader's expressions, blends and requests, prices as the pages write them."""

import math
import random
from decimal import Decimal
from typing import Any

import pytest

from generator.render.explorer.token_rows import Band, band_text, blended, computed_words
from generator.render.formats import price
from tests.generator.tool_site import run_module
from wasm_tools.planner.request_cost import RequestMix, TokenPrices, request_cost
from wasm_tools.pricing.meters import price_text

COMPUTE = """
import { compiled } from "./expression.mjs";
const figures = { a: [1, 2, NaN], b: [4, 0, 3] };
const out = given.map((text) => {
  try {
    const compute = compiled(text, (name) => (Object.hasOwn(figures, name) ? (row) => figures[name][row] : null));
    return [0, 1, 2].map((row) => compute(row)).map((x) => (Number.isNaN(x) ? null : x));
  } catch (error) { return [error.constructor.name, error.at, error.message]; }
});
console.log(JSON.stringify(out));
"""


def computed(text: str) -> list[Any]:
    (result,) = run_module(COMPUTE, [text])
    return list(result)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * 2", [9, 2, None]),
        ("(a + b) * 2", [10, 4, None]),
        ("b / a", [4, 0, None]),
        ("a / b", [0.25, None, None]),  # nothing divided by nothing is not a figure
        ("min(5, a / b)", [0.25, None, None]),  # nor is a division by zero a very large one
        ("-a - -b", [3, -2, None]),
        ("8 / 4 / 2", [1, 1, 1]),
        ("min(a, b)", [1, 0, None]),
        ("MAX(b, 2, 3)", [4, 3, 3]),
        ("round(b / 3, 2)", [1.33, 0, 1]),
        ("1e", ["ExpressionError", 1, "“e” is not expected here."]),
    ],
)
def test_expressions(text: str, expected: list[Any]) -> None:
    assert computed(text) == expected


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("a +", 3), ("c * 2", 0), ("a b", 2), ("(a", 2), ("a)", 1), ("2 ** 3", 3), ("a; b", 1), ("sin(a)", 0),
        ("min()", 4),
        ("round(a, 1, 2)", 0), ("", 0), ("a[0]", 1), ("constructor", 0), ("toString(a)", 0), ("`${a}`", 0),
        ("(" * 60 + "a" + ")" * 60, 41), ("-" * 60 + "a", 41), ("a" * 201, 200),
    ],
)  # fmt: skip
def test_what_is_no_expression_is_refused_with_its_place(text: str, at: int) -> None:
    kind, place, message = computed(text)
    assert (kind, place) == ("ExpressionError", at)
    assert message.endswith(".")


def test_random_expressions_agree_with_python() -> None:
    chance = random.Random(7)

    def made(depth: int) -> str:
        if depth == 0 or chance.random() < 0.2:
            return chance.choice(["1", "2.5", ".5", "b", "10"])
        if chance.random() < 0.2:
            return f"{chance.choice(['min', 'max'])}({made(depth - 1)}, {made(depth - 1)})"
        left, right = made(depth - 1), made(depth - 1)
        text = f"{left} {chance.choice('+-*')} {right}"
        return f"({text})" if chance.random() < 0.6 else text

    texts = [made(4)[:200] for _ in range(120)]
    texts = [t for t in texts if t.count("(") == t.count(")") and t[-1] not in "+-*, ."]
    for text, result in zip(texts, run_module(COMPUTE, texts), strict=True):
        for row, b in enumerate((4, 0, 3)):
            assert math.isclose(result[row], eval(text, {"b": b, "min": min, "max": max}), rel_tol=1e-12, abs_tol=1e-12)


COST = """
import { bandsOf, blendedPrice, countsCachedAsNew, requestCost } from "./token_cost.mjs";
console.log(JSON.stringify(given.map(({ base, bands, mix }) => {
  const prices = Object.fromEntries(Object.entries(base).map(([k, v]) => [k, v ?? NaN]));
  const long = bandsOf(bands);
  const told = [requestCost(prices, long, mix), blendedPrice(prices, mix), countsCachedAsNew(prices, long, mix)];
  return told.map((x) => (Number.isNaN(x) ? null : x));
})));
"""


def case(base: dict[str, float | None], read: int, written: int, cached: float = 0, bands: str = "") -> dict[str, Any]:
    return {"base": base, "bands": bands, "mix": {"read": read, "written": written, "cachedShare": cached}}


def test_a_request_costs_what_the_engine_says() -> None:
    chance = random.Random(11)
    cases, expected = [], []
    for _ in range(200):
        money = [Decimal(chance.randrange(1, 900)) / 100 for _ in range(6)]
        read = None if chance.random() < 0.4 else money[2]
        long = Band(200_000, (money[3], money[4], money[5] if chance.random() < 0.5 else None, None))
        prompt, answer = chance.choice([100, 200_000, 200_001, 900_000]), chance.randrange(1, 9000)
        share = chance.choice([0, 25, 100])
        prices = {"standard": (
            TokenPrices(0, money[0], money[1], read), TokenPrices(200_000, money[3], money[4], long.prices[2]),
        )}  # fmt: skip
        mix = RequestMix(prompt, answer, Decimal(share) / 100)
        cost = request_cost(prices, mix)
        base = {"input": float(money[0]), "output": float(money[1]), "cached": None if read is None else float(read)}
        cases.append(case(base, prompt, answer, share / 100, band_text([long])))
        expected.append((float(cost.usd), any("cached" in w for w in cost.words)))
    for (told, _, as_new), (usd, said) in zip(run_module(COST, cases), expected, strict=True):
        assert told == pytest.approx(usd, rel=1e-12)
        assert as_new is said


def test_missing_prices_stay_missing_unless_nothing_is_bought_at_them() -> None:
    embedding = {"input": 0.1, "output": None, "cached": None}
    (cost, blend, _), (only_in, *_) = run_module(COST, [case(embedding, 3, 1), case(embedding, 1000, 0)])
    assert (cost, blend) == (None, None)
    assert only_in == pytest.approx(0.0001)


def test_the_blend_is_the_one_of_the_first_rows() -> None:
    ((_, told, _),) = run_module(COST, [case({"input": 0.15, "output": 0.6, "cached": None}, 3, 1)])
    assert told == pytest.approx(float(blended(Decimal("0.15"), Decimal("0.6"), (3, 1))))


WORDS = """
import { plainNumber } from "./columnar.mjs";
import { money, unitPrice } from "./figures.mjs";
const sum = (text) => (Number(text) ? money(plainNumber(Number(text))) : "free");
console.log(JSON.stringify(given.map((text) => [unitPrice(text), sum(text)])));
"""


def test_prices_are_written_as_on_the_pages() -> None:
    chance = random.Random(3)
    texts = ["0", "0.1375", "0.142857", "1", "1234.5", "0.00012345", "0.015", "99.995", "150.4", "12.34567"]
    texts += [price_text(Decimal(chance.randrange(1, 10**6)) / 10 ** chance.randrange(1, 9)) for _ in range(300)]
    for text, (as_price, as_sum) in zip(texts, run_module(WORDS, texts), strict=True):
        assert as_price == price(Decimal(text))
        assert as_sum == computed_words(Decimal(text))
