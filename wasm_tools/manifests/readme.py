"""README.md of a plan: what it deploys and costs, how sure that is, how to apply, check and remove it, what to edit."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from wasm_tools.manifests.bench import asked_name
from wasm_tools.manifests.component_notes import component_notes
from wasm_tools.manifests.gitops import GIT_REPOSITORY
from wasm_tools.manifests.litellm import API_BASE, Route, route_of
from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.placeholders import PLACEHOLDERS
from wasm_tools.manifests.pod import SECRET_KEY, SECRET_NAME
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.words import one_line
from wasm_tools.manifests.workload import SERVICE_PORT

EDITS = {
    **PLACEHOLDERS,
    GIT_REPOSITORY: "the Git repository in which this folder lies",
    API_BASE: "the address of the provider's API, which speaks as OpenAI's does",
}
OVERLAY = "kustomize/overlays/production"
# Files that are here only for some plans, and what they are for.
_PARTS = (
    ("all-in-one.yaml", "the production overlay in one file"),
    ("kustomize/", "base, components and overlays: production, and a simulator without GPU"),
    ("kserve/", "the same as a KServe service"),
    ("helm/", "values of the vLLM production stack, and of prometheus-adapter"),
    ("targets/compose.yaml", "Docker Compose, one replica on one machine"),
    ("targets/skypilot.yaml", "SkyPilot, replicas on rented machines"),
    ("targets/dstack.yml", "dstack, replicas on rented machines"),
    ("targets/", "the command alone, for a shell, a program and systemd"),
    ("monitoring/", "alert rules with their tests, and a dashboard to import by hand"),
    ("bench/", "load test, smoke test, and the times to expect"),
    ("gitops/", "Argo CD and Flux"),
    ("kind/kind.sh", "a cluster on your own machine, with the simulator"),
    ("compass/", "the plan under the field names of an earlier system"),
    ("plan.json", "question, plan, prediction; the same files: `atlas manifests --plan plan.json --out FOLDER`"),
    ("SHA256SUMS", "`sha256sum --check SHA256SUMS`"),
)


def readme(
    spec: ServingSpec,
    runtime: ServingRuntime,
    numbers: PlanNumbers,
    document: Mapping[str, Any],
    files: Mapping[str, str],
) -> str:
    """The text for a self-hosted plan whose other `files` are complete."""
    sections = [
        _head(spec, runtime, document["plan"]),
        _money(spec, document["plan"]),
        _times(spec, numbers, document["plan"]),
        _needs(spec, runtime, files),
        _edits(spec, files),
        _optional(spec, files),
        _apply(files),
        _check(spec, numbers),
        _remove(spec),
        _contents(files),
        _limits(spec, runtime, numbers),
    ]
    return "\n".join("\n".join(section) + "\n" for section in sections)


def _head(spec: ServingSpec, runtime: ServingRuntime, plan: Mapping[str, Any]) -> Iterator[str]:
    replicas = "one replica" if spec.replicas == 1 else f"{spec.replicas} replicas"
    yield f"# {spec.plan_id}"
    yield ""
    yield (
        f"{code(spec.model_repo)} at {spec.precision} with {runtime.name} {runtime.version}: {replicas} of"
        f" {spec.gpus} × {one_line(spec.gpu_name)}, for prompts of up to {spec.prompt_tokens:,} and answers of up to"
        f" {spec.output_tokens:,} tokens. Clients ask for the model {code(asked_name(spec, runtime))}."
    )
    if spec.weights_note:
        yield ""
        yield plain(spec.weights_note)
    if spec.plan_url:
        yield ""
        yield f"The question that it answers: <{spec.plan_url}>"
    yield ""
    yield f"The plan: {code(plan['id'])}."


def _money(spec: ServingSpec, plan: Mapping[str, Any]) -> Iterator[str]:
    yield "## Cost"
    yield ""
    hour = f", ${_money_text(spec.usd_per_replica_hour)} an hour and replica" if spec.usd_per_replica_hour else ""
    yield f"${_money_text(plan['usd_per_month'])} a month of 730 hours{hour}, as of {spec.price_date}."
    yield f"Priced for: {plain(spec.rental)}."
    if spec.price_source:
        yield f"Price stated by: {plain(spec.price_source)}."
    for charge in plan["surcharges"]:
        usd = "unknown" if charge["usd_per_month"] is None else f"${_money_text(charge['usd_per_month'])} a month"
        yield f"Not included: {plain(charge['name'])}, {usd}; {plain(charge['words'])}."


def _times(spec: ServingSpec, numbers: PlanNumbers, plan: Mapping[str, Any]) -> Iterator[str]:
    targets = spec.targets
    if targets is None:  # a folder is made for plans with targets only
        return
    yield "## Target and prediction"
    yield ""
    yield f"At {numbers.peak_qps} requests/s, p{numbers.percentile}; the band holds nine of ten held-out measurements."
    yield ""
    yield "| time | bound, ms | predicted, ms | band, ms |"
    yield "| --- | ---: | ---: | ---: |"
    rows = (
        ("to the first token (TTFT)", targets.ttft_ms, targets.predicted_ttft_ms, plan["ttft_band"]),
        ("between tokens (ITL)", targets.itl_ms, targets.predicted_itl_ms, plan["itl_band"]),
        ("whole request (E2E)", targets.e2e_ms, targets.predicted_e2e_ms, None),
    )
    for name, bound, predicted, band in rows:
        ends = f"{_ms(predicted * band[0])}–{_ms(predicted * band[1])}" if band else ""
        yield f"| {name} | {_ms(bound)} | {_ms(predicted)} | {ends} |"
    yield ""
    yield f"Evidence: {plain(spec.evidence)}. A replica serves {numbers.replica_qps} requests/s within the bounds."
    for basis in plan["basis"]:
        yield f"- {plain(basis)}"
    yield ""
    yield "Taken for granted:"
    yield ""
    for assumption in plan["assumptions"]:
        yield f"- {plain(assumption)}"


def _needs(spec: ServingSpec, runtime: ServingRuntime, files: Mapping[str, str]) -> Iterator[str]:
    yield "## What it needs"
    yield ""
    yield f"- Kubernetes 1.30 or newer; nodes with the label `{spec.node_label_key}: {spec.node_label}`"
    yield f"- the image {code(runtime.image)}"
    yield "- a storage class with ReadWriteMany for the model cache; without one keep all replicas on one node"
    if any("autoscaling-keda" in path for path in files):
        yield "- KEDA and the Prometheus operator for the production overlay; without them apply `kustomize/base`"
    yield (
        f"- for a gated model: `kubectl --namespace {spec.namespace} create secret generic {SECRET_NAME}"
        f" --from-literal={SECRET_KEY}=...`"
    )
    if spec.trust_remote_code:
        yield "- your consent: the server runs code of the model's repository (`--trust-remote-code`)"


def _edits(spec: ServingSpec, files: Mapping[str, str]) -> Iterator[str]:
    edits = {**EDITS, spec.prometheus_url: "the address of your Prometheus, if it is another"}
    found = {word: [path for path, text in files.items() if word in text] for word in edits}
    yield "## Edit before you apply"
    yield ""
    yield "| text | put in its place | files |"
    yield "| --- | --- | --- |"
    for word, paths in found.items():
        if paths:
            yield f"| `{word}` | {edits[word]} | {', '.join(f'`{p}`' for p in sorted(paths))} |"


def _optional(spec: ServingSpec, files: Mapping[str, str]) -> Iterator[str]:
    folder = "kustomize/components/"
    names = {path.removeprefix(folder).partition("/")[0] for path in files if path.startswith(folder)}
    yield "## Optional parts"
    yield ""
    yield f"Name them under `components` in `{OVERLAY}/kustomization.yaml`:"
    yield ""
    for name, note in component_notes(spec, names).items():
        yield f"- `{name}`: {note}"


def _apply(files: Mapping[str, str]) -> Iterator[str]:
    yield "## Apply"
    yield ""
    yield "In this folder; the dry run asks the cluster's own checks and changes nothing:"
    yield ""
    yield "```sh"
    yield f"kubectl apply --dry-run=server -k {OVERLAY}"
    yield f"kubectl apply -k {OVERLAY}"
    yield "```"
    yield ""
    yield "Or one file: `kubectl apply -f all-in-one.yaml`."
    if "kserve/inferenceservice.yaml" in files:
        yield "Or with KServe: `kubectl apply -f kserve/inferenceservice.yaml`."


def _check(spec: ServingSpec, numbers: PlanNumbers) -> Iterator[str]:
    yield "## Check"
    yield ""
    yield (
        f"The first start takes about {numbers.cold_start_seconds} s and may take twice as long before it counts as"
        " failed."
    )
    yield ""
    yield "```sh"
    yield f"kubectl --namespace {spec.namespace} get pods,hpa --watch"
    yield f"kubectl --namespace {spec.namespace} port-forward service/{spec.plan_id} {SERVICE_PORT}:{SERVICE_PORT} &"
    yield f"sh bench/smoke.sh http://127.0.0.1:{SERVICE_PORT}"
    yield f"sh bench/bench.sh http://127.0.0.1:{SERVICE_PORT}"
    yield "```"
    yield ""
    yield "`bench/expected.json` says which times to expect. What was measured, and what runs, against the plan:"
    yield ""
    yield "```sh"
    yield f"kubectl --namespace {spec.namespace} get deployments,pods,hpa,events -o json > cluster.json"
    yield "atlas observe measured.json --plan plan.json --kubectl cluster.json"
    yield "```"


def _remove(spec: ServingSpec) -> Iterator[str]:
    yield "## Roll back and remove"
    yield ""
    yield "The second command removes the model cache too:"
    yield ""
    yield "```sh"
    yield f"kubectl --namespace {spec.namespace} rollout undo deployment/{spec.plan_id}"
    yield f"kubectl delete -k {OVERLAY}"
    yield "```"


def _contents(files: Mapping[str, str]) -> Iterator[str]:
    yield "## Files"
    yield ""
    paths = {*files, "SHA256SUMS"}
    for part, says in _PARTS:
        if any(path == part or (part.endswith("/") and path.startswith(part)) for path in paths):
            yield f"- `{part}`: {says}"


def _limits(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> Iterator[str]:
    yield "## Limits"
    yield ""
    yield "- No cluster and no image was started to make these files; they were checked by schema and by rules."
    yield "- The times are predictions: run the load test before you rely on them."
    if runtime.unmonitored:
        yield f"- No monitoring and no scaling on load: {plain(runtime.unmonitored)}."
    if runtime.left_to_engine:
        yield f"- Left to the engine: {plain(runtime.left_to_engine)}."
    if runtime.metrics and not numbers.max_queued_tokens:
        yield "- No limit on waiting prompt tokens: the prefill rate of a replica is unknown."
    if not spec.skypilot_gpu:
        yield "- No SkyPilot file: its catalogues have no name for this GPU."
    if not spec.dstack_gpu:
        yield "- No dstack file: its catalogue has no name for this GPU."
    yield "- Values of vLLM's recipes were not taken over: every setting is the plan's or the engine's default."
    yield (
        f"- Cold start ({numbers.cold_start_seconds} s), host memory ({numbers.host_memory_gib} GiB) and cache"
        f" ({numbers.cache_gib} GiB) are assumptions from the size of the weights."
    )


def api_readme(folder: str, document: Mapping[str, Any], routes: Mapping[str, Route]) -> str:
    """The text for an API plan."""
    plan, asked = document["plan"], document["question"]
    route = route_of(plan, routes)
    lines = [
        f"# {folder}",
        "",
        f"{code(plan['model'])} at {plain(plan['provider'])}, which calls it {code(plan['sku'])}: the configuration of"
        " a LiteLLM proxy.",
        "",
        f"${_money_text(plan['usd_per_month'])} a month for {asked['prompt_tokens']:,} prompt and"
        f" {asked['output_tokens']:,} output tokens at {asked['qps']:g} requests/s, as of {document['as_of']}.",
        f"Target: {plain(plan['slo_reason'])}.",
        "",
        "## Use",
        "",
        "```sh",
        *(f"export {variable}=..." for variable in (*route.variables, "LITELLM_MASTER_KEY")),
        "pip install 'litellm[proxy]'",
        "litellm --config litellm.yaml --port 4000",
        "```",
        "",
        "Stop it with Ctrl-C; nothing is left behind.",
        "",
        "## Limits",
        "",
        "- The rate limit of this API is unknown: ask before you rely on it at this load.",
        "- The configuration was not run against the provider.",
    ]
    if not route.prefix:
        lines.append(f"- LiteLLM does not know this provider: put the address of its API in place of `{API_BASE}`.")
    lines += ["", "Taken for granted:", "", *(f"- {plain(said)}" for said in plan["assumptions"])]
    return "\n".join(lines) + "\n"


def code(text: str) -> str:
    """A text as Markdown shows it word for word."""
    return f"`{one_line(text).replace('`', chr(39))}`"


def plain(text: str) -> str:
    """A sentence of others in one line that Markdown shows as it is."""
    return "".join("\\" + c if c in "\\`*_[]<>|#{}" else c for c in one_line(text, 1000))


def _money_text(usd: str) -> str:
    value = Decimal(usd)
    return f"{value:,.2f}" if value >= 1 else f"{value:.4f}"


def _ms(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
