"""One true reason for every provider: why it is on the list, or what its nearest offer fails on."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an offer is not on the list: `words` is what the planner counts it under, `change` what would help."""

    code: str
    words: str
    change: str


# In the order in which an offer is tried: who fails later came nearer. The texts are those of the planner's counters.
REASONS = (
    Reason("provider_filtered", "left out by the provider filter", "allow this provider"),
    Reason("no_offer", "has no offer for this kind of workload", "choose another provider"),
    Reason("unknown_model", "model not in the catalogue", "choose a model of the catalogue"),
    Reason("unrated_model", "unrated model", "choose a model with a capability class"),
    Reason("not_reviewed", "provider not reviewed", "wait until the provider has been reviewed"),
    Reason("subscription", "subscription plan, not a price per token", "compare the plan's allowance by hand"),
    Reason("free_tier", "free tier", "compare the free allowance by hand"),
    Reason("retired", "retired by the provider", "choose the successor model"),
    Reason("dead", "no longer answers", "choose another offer"),
    Reason("stale_price", "price not seen for too long", "ask the provider for today's price"),
    Reason("host_apart", "GPU price without the machine", "add the price of CPU and memory by hand"),
    Reason("kind_filtered", "left out by the filter on ways to run", "allow this way to run"),
    Reason("region_filtered", "left out by the region filter", "allow another region"),
    Reason("model_filtered", "left out by the model filter", "allow more models"),
    Reason("domain_unknown", "nobody says which domain the model is made for", "allow models of every domain"),
    Reason("domain_filtered", "made for another domain", "allow this domain"),
    Reason("below_class", "below the minimum capability class", "lower the minimum class"),
    Reason("below_quality", "below the quality floor", "lower the quality floor"),
    Reason("context", "context window too short", "shorten the prompt"),
    Reason("output_limit", "answers of this length are not allowed", "shorten the answer"),
    Reason("feature", "lacks a feature that is asked for", "drop the feature"),
    Reason("suspect_price", "price looks wrong and nobody confirms it", "ask the provider for the price"),
    Reason("precision_filtered", "left out by the precision filter", "allow this precision"),
    Reason("gpu_filtered", "left out by the GPU filter", "allow this GPU"),
    Reason("architecture", "architecture unknown, memory fit cannot be checked", "choose a model with a known shape"),
    Reason("memory", "does not fit in GPU memory", "allow more GPUs a replica or a smaller precision"),
    Reason("not_measured", "not measured at lengths at least as hard as these", "allow modelled plans"),
    Reason("no_rental", "no rental price for this GPU", "choose another GPU"),
    Reason("machine_small", "one machine has fewer GPUs than a replica needs", "choose a larger machine"),
    Reason("narrower", "a narrower configuration carries the load on fewer GPUs", "raise the load"),
    Reason("inventory", "more GPUs than there are", "allow more GPUs"),
    Reason("ttft", "misses the TTFT bound", "relax the time to first token"),
    Reason("itl", "misses the ITL bound", "relax the time per token"),
    Reason("e2e", "misses the end-to-end bound", "relax the end-to-end time"),
    Reason("throughput", "misses the throughput bound", "relax the throughput"),
    Reason("cold_start", "cold starts break the TTFT bound", "keep one replica awake or relax the first token"),
    Reason("no_capacity", "capacity below the load", "lower the load"),
    Reason("unconfirmed", "capacity not confirmed", "allow offers of unknown capacity"),
    Reason("over_budget", "over the budget", "raise the budget"),
    Reason("not_selected", "qualifies, but other plans of the list are cheaper", "show more plans"),
)
STAGE = {reason.code: stage for stage, reason in enumerate(REASONS)}
CODE_OF_WORDS = {reason.words: reason.code for reason in REASONS}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What became of one provider: status is included, excluded or not_selected."""

    provider: str
    status: str
    code: str  # empty for an included provider
    reason: str
    change: str


def provider_diagnostics(
    providers: Collection[str], listed: Collection[str], counted: Mapping[str, Mapping[str, int]]
) -> tuple[Diagnosis, ...]:
    """One diagnosis for every provider, by name.

    `listed` are those with a plan on the list. `counted` has for each provider how many of its offers failed, by code
    of `REASONS`. The reason given is that of the offers that came nearest to the list, so it names the change that
    would really bring one of them on it. Without any offer it is `no_offer`. Raises KeyError for a code that is none.
    """
    return tuple(_diagnosis(p, p in listed, counted.get(p, {})) for p in sorted(providers))


def _diagnosis(provider: str, listed: bool, counted: Mapping[str, int]) -> Diagnosis:
    if listed:
        return Diagnosis(provider, "included", "", "has a plan on the list", "")
    nearest = max((STAGE[code] for code, number in counted.items() if number > 0), default=STAGE["no_offer"])
    reason = REASONS[nearest]
    status = "not_selected" if reason.code == "not_selected" else "excluded"
    return Diagnosis(provider, status, reason.code, reason.words, reason.change)


def diagnostics_rows(diagnoses: Iterable[Diagnosis]) -> list[tuple[str, str, str]]:
    """The rows of provider_diagnostics.csv: provider, status, reason."""
    return [(d.provider, d.status, d.reason) for d in diagnoses]


def capacity_check(needed: float, confirmed: float | None) -> str:
    """ok, insufficient or unknown: whether a stated capacity covers the need.

    `confirmed` is the rate limit of an API, the number of machines that a provider states, or the GPUs that one has, in
    the unit of `needed`; None while nobody states one. Only `ok` passes the filter for confirmed capacity.
    """
    if confirmed is None:
        return "unknown"
    return "ok" if confirmed >= needed else "insufficient"
