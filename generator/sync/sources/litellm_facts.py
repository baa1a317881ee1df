"""What an entry of litellm says beside its prices, and the keys that hold nothing to publish.

Traps: `max_input_tokens` is the longest prompt, which is the context window except where the answer has a share of its
own (OpenAI's windows of 400,000 and 1,050,000 tokens); `deprecation_date` is the day on which the model is shut down,
as the developers announce it, not the day of the announcement; `source` is now and then a sentence.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from generator.sync.statements import SkuFacts

PROMPT_SHARES = frozenset({272_000, 922_000})  # of windows of 400,000 and 1,050,000 tokens
# Keys without a price: read here, read elsewhere in the connector, or looked at and left. Flags called `supports_…`
# say what a request may ask for and are not listed.
NOT_PRICES = frozenset({
    "litellm_provider", "mode", "source", "max_input_tokens", "max_output_tokens", "deprecation_date", "rpm", "tpm",
    "supported_modalities", "supported_output_modalities", "off_peak_pricing", "tiered_pricing",
    "search_context_cost_per_query", "search_free_requests", "provider_specific_entry",
    "regional_processing_uplift_multiplier_eu", "regional_processing_uplift_multiplier_us",
    "regional_endpoint_uplift_multiplier", "audio_transcription_config", "bedrock_converse_supports_strict_tools",
    "bedrock_output_config_effort_ceiling", "comment", "default_reasoning_effort", "gemini_audio_only_live",
    "gemini_native_audio", "metadata", "output_vector_size", "prompt_cache_min_tokens", "reasoning_contexts",
    "reasoning_effort_levels", "reasoning_modes", "supported_audio_formats", "supported_endpoints",
    "supported_regions", "thinking_always_on", "token_count_framing", "token_count_model", "token_count_tokenizer",
    "use_openai_responses_path", "uses_embed_content", "vertex_ai_audio_api", "web_search_billing_unit",
    "max_tokens", "rpd", "max_images_per_prompt", "max_videos_per_prompt", "max_audio_per_prompt",
    "max_audio_length_hours", "max_video_length", "max_pdf_size_mb", "max_document_chunks_per_query",
    "max_tokens_per_document_chunk", "max_query_tokens", "tool_use_system_prompt_tokens", "supported_resolutions",
})  # fmt: skip
SPECIAL_KEYS = frozenset({
    "us", "fast", "bedrock_invocation_schema", "dashscope_video_reference_input", "volcengine_video_frames",
    "minimax_free_input_images",
})  # fmt: skip


def entry_facts(provider: str, sku: str, fields: Mapping[str, Any]) -> SkuFacts:
    """The facts of one entry, empty where it says nothing."""
    prompt = _whole(fields.get("max_input_tokens"))
    return SkuFacts(
        provider=provider,
        sku=sku,
        context=None if prompt in PROMPT_SHARES else prompt,
        max_output=_whole(fields.get("max_output_tokens")),
        retires_on=_text(fields.get("deprecation_date")),
        input_modalities=_words(fields.get("supported_modalities")),
        output_modalities=_words(fields.get("supported_output_modalities")),
        requests_per_minute=_whole(fields.get("rpm")),
        tokens_per_minute=_whole(fields.get("tpm")),
        source_url=source_page(fields),
    )


def source_page(fields: Mapping[str, Any]) -> str:
    """The page that an entry takes its prices from, or nothing."""
    page = _text(fields.get("source"))
    return page if page.startswith(("https://", "http://")) and " " not in page else ""


def _whole(value: object) -> int | None:
    """A positive whole number; payloads write some of them as 4000000.0."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int) or not Decimal(value).is_finite():
        return None
    return int(value) if value > 0 and value == int(value) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
