"""Readers of bill formats. A new format is one module with a `READER`, listed here."""

from wasm_tools.invoice.readers import (
    anthropic_cost,
    anthropic_cost_api,
    anthropic_usage,
    anthropic_usage_api,
    aws_cost_explorer,
    aws_cur,
    azure_cost,
    five_column,
    focus,
    focus_json,
    gcp_bigquery,
    gcp_billing,
    ledger,
    litellm_spend,
    openai_costs,
    openai_costs_api,
    openai_usage,
    openai_usage_api,
    openai_usage_other,
    openrouter_activity,
    openrouter_generations,
)
from wasm_tools.invoice.readers.reader import Reader

READERS: tuple[Reader, ...] = tuple(
    module.READER
    for module in (
        five_column,
        anthropic_cost,
        anthropic_usage,
        anthropic_cost_api,
        anthropic_usage_api,
        openai_costs,
        openai_costs_api,
        openai_usage,
        openai_usage_other,
        openai_usage_api,
        focus,
        focus_json,
        ledger,
        aws_cur,
        aws_cost_explorer,
        azure_cost,
        gcp_billing,
        gcp_bigquery,
        openrouter_activity,
        openrouter_generations,
        litellm_spend,
    )
)
