"""What a plan's files must keep, from what it deploys."""

from wasm_tools.manifests.checks.catalogue import PlanFacts
from wasm_tools.manifests.numbers import plan_numbers
from wasm_tools.manifests.serving_spec import ServingSpec


def facts_of_spec(spec: ServingSpec) -> PlanFacts:
    """The facts of a deployment with targets; raises ManifestError for one without."""
    numbers = plan_numbers(spec)
    targets = spec.targets
    return PlanFacts(
        plan_id=spec.plan_id,
        gpus=numbers.replica_gpus,
        replicas=spec.replicas,
        prompt_tokens=spec.prompt_tokens,
        output_tokens=spec.output_tokens,
        model_context=spec.model_context,
        max_model_len=spec.max_model_len,
        max_num_seqs=spec.max_num_seqs,
        max_num_batched_tokens=spec.max_num_batched_tokens,
        weights_gib=spec.weights_gib,
        cold_start_seconds=numbers.cold_start_seconds,
        slow_request_seconds=targets.predicted_e2e_ms / 1000 if targets else 0.0,
        percentile=numbers.percentile,
        trust_remote_code=spec.trust_remote_code,
        prefix_caching=spec.prefix_caching,
        cache_claim=spec.cache_claim,
    )
