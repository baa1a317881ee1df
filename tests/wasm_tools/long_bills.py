"""Bills of any length in the formats that must be fast, every line with numbers of its own."""

from tests.wasm_tools.bills import HEADER
from tests.wasm_tools.invoices import fixture

_OPENAI = fixture("openai_cost_2026-09-01_2026-09-02.csv").decode().splitlines()[0]
_OPENAI_USAGE = fixture("openai_completions_usage_2026-09-01_2026-09-02.csv").decode().splitlines()[0]
_ANTHROPIC = fixture("claude_api_cost_2026_09_01_to_2026_09_02.csv").decode().splitlines()[0]
_ANTHROPIC_USAGE = fixture("claude_api_tokens_2026_09.csv").decode().splitlines()[0]
_CLASSES = ("input_no_cache", "input_cache_read", "input_cache_write_5m", "output")
_ITEMS = ("input", "cached input", "output")
_DAY, _START = 86_400, 1_772_323_200  # 2026-03-01


def five_column(lines: int) -> bytes:
    """Invented quantities of twenty models at ten hosts."""
    rows = (
        f"host{i % 10},llm,{1_000 + i},1k_tokens,{(i % 977 + 1) / 100:.2f},model-{i // 10 % 20}" for i in range(lines)
    )
    return "\n".join((HEADER + ",model", *rows)).encode()


def openai_costs(lines: int) -> bytes:
    """Thirty models by day, class, project and key, with sixteen decimals as in the real file."""

    def row(i: int) -> str:
        start = _START + i // 1_000 % 180 * _DAY
        day = f"2026-{3 + i // 30_000 % 6:02}-{1 + i // 1_000 % 28:02}T00:00:00+00:00"
        return (
            f'{start},{start + _DAY},{day},{day},{i / 7_919:.16f},usd,{i * 37},tokens,"gpt-{i % 30}, {_ITEMS[i % 3]}",'
            f"user-{i % 40},key_{i % 25},proj_{i % 12},org-EXAMPLE,Project {i % 12},Example Org,dev@example.com,"
        )

    return "\n".join((_OPENAI, *map(row, range(lines)))).encode()


def openai_usage(lines: int) -> bytes:
    """A row for three lines: uncached, cached, output."""

    def row(i: int) -> str:
        start = _START + i // 400 % 180 * _DAY
        cached, uncached, out = i * 11, i * 7 + 1, i * 3 + 1
        return (
            f"{start},{start + _DAY},,,proj_{i % 12},{i % 90}.0,user-{i % 40},key_{i % 25},gpt-{i % 30},FALSE,default,"
            f"{cached + uncached}.0,{out}.0,{cached}.0,{uncached}.0,{uncached}.0,{out}.0,{cached}.0"
            f"{',0.0' * 6}"
        )

    return "\n".join((_OPENAI_USAGE, *map(row, range(lines // 3)))).encode()


def anthropic_cost(lines: int) -> bytes:
    """Cents of twelve models by day, class, workspace and key."""

    def row(i: int) -> str:
        day = f"2026-{3 + i // 30_000 % 6:02}-{1 + i // 1_000 % 28:02}"
        cost = f"{i % 50_000 / 100:.2f}"
        return (
            f"{day},Claude Example {i % 12},Workspace {i % 8},key-{i % 25},apikey_{i % 25},active,message,≤ 200k,"
            f"{_CLASSES[i % 4]},{cost},{cost},token,not_available,"
        )

    return "\n".join((_ANTHROPIC, *map(row, range(lines)))).encode()


def anthropic_usage(lines: int) -> bytes:
    """A row for five lines."""

    def row(i: int) -> str:
        day = f"2026-{3 + i // 30_000 % 6:02}-{1 + i // 1_000 % 28:02} {i % 24:02}:00"
        return (
            f"{day},claude-example-{i % 12},key-{i % 25},Workspace {i % 8},standard,≤ 200k,{i * 7 + 1},{i * 3 + 1},"
            f"{i + 1},{i * 19 + 1},{i * 2 + 1},0,not_available,"
        )

    return "\n".join((_ANTHROPIC_USAGE, *map(row, range(lines // 5)))).encode()


LONG_BILLS = {
    "five-column": five_column,
    "OpenAI costs": openai_costs,
    "OpenAI usage": openai_usage,
    "Anthropic cost": anthropic_cost,
    "Anthropic usage": anthropic_usage,
}
