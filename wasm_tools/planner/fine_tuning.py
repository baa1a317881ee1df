"""Fine-tuned models at API providers: what their use costs more than the base model, and what training them costs."""

from dataclasses import dataclass
from decimal import Decimal

from wasm_tools.planner.checks import count

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class FineTunedRate:
    """$/1M tokens of a fine-tuned model beside those of its base."""

    provider: str
    sku: str
    base: str
    input: Decimal
    output: Decimal
    base_input: Decimal
    base_output: Decimal

    def surcharge(self, prompt_tokens: int, output_tokens: int) -> Decimal:
        """US dollars that one request costs more than on the base model; negative where it is cheaper."""
        count("prompt_tokens", prompt_tokens)
        count("output_tokens", output_tokens)
        more = (self.input - self.base_input) * prompt_tokens + (self.output - self.base_output) * output_tokens
        return more / MILLION


@dataclass(frozen=True, slots=True)
class TrainingRate:
    """$/1M tokens of training data, each token counted once an epoch."""

    provider: str
    sku: str
    usd: Decimal

    def cost(self, tokens: int, epochs: int) -> Decimal:
        """US dollars of one training run."""
        count("tokens", tokens)
        count("epochs", epochs)
        return self.usd * tokens * epochs / MILLION
