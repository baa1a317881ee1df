"""Offers of workloads that are not language models, ranked by the cost of a usage estimate."""

from wasm_tools.planner.usage.book import UsageBook, read_usage_book
from wasm_tools.planner.usage.ranking import UsageRanking, provider_diagnostics, ranked_usage
from wasm_tools.planner.usage.record import TABLE_COLUMNS, usage_record, usage_table

__all__ = [
    "TABLE_COLUMNS", "UsageBook", "UsageRanking", "provider_diagnostics", "ranked_usage", "read_usage_book",
    "usage_record", "usage_table",
]  # fmt: skip
