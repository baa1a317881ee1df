"""Bills of any length in the formats that must be fast, every line with numbers of its own."""

from collections.abc import Callable

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


def openai_costs_page(lines: int) -> bytes:
    """The costs endpoint: a page of daily buckets with a thousand results each."""

    def result(i: int) -> str:
        return (
            f'{{"object": "organization.costs.result", "amount": {{"value": {i / 7_919:.16f}, "currency": "usd"}}, '
            f'"line_item": "gpt-{i % 30}, {_ITEMS[i % 3]}", "project_id": "proj_{i % 12}", "api_key_id": null, '
            f'"quantity": {i * 37}, "quantity_unit": "tokens"}}'
        )

    return _page(lines, 1_000, "start_time", lambda n: str(_START + n % 180 * _DAY), result)


def anthropic_usage_page(lines: int) -> bytes:
    """The usage endpoint: a result for five lines, two hundred in a bucket."""

    def result(i: int) -> str:
        return (
            f'{{"uncached_input_tokens": {i * 7 + 1}, "cache_creation": {{"ephemeral_1h_input_tokens": {i + 1}, '
            f'"ephemeral_5m_input_tokens": {i * 3 + 1}}}, "cache_read_input_tokens": {i * 19 + 1}, "output_tokens": '
            f'{i * 2 + 1}, "server_tool_use": {{"web_search_requests": 0}}, "api_key_id": "apikey_{i % 25}", '
            f'"workspace_id": null, "model": "claude-example-{i % 12}", "service_tier": "standard", '
            f'"context_window": "0-200k"}}'
        )

    return _page(
        lines // 5, 200, "starting_at", lambda n: f'"2026-{3 + n // 28 % 6:02}-{1 + n % 28:02}T00:00:00Z"', result
    )


def _page(results: int, each: int, start: str, begins: Callable[[int], str], result: Callable[[int], str]) -> bytes:
    buckets = []
    for n in range(-(-results // each)):
        within = range(n * each, min((n + 1) * each, results))
        buckets.append(f'{{"{start}": {begins(n)}, "results": [{", ".join(map(result, within))}]}}')
    return f'{{"object": "page", "data": [{", ".join(buckets)}], "has_more": false}}'.encode()


LONG_PAGES = {"OpenAI costs (API)": openai_costs_page, "Anthropic usage (API)": anthropic_usage_page}
