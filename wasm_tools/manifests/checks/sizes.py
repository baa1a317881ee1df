"""MF-17 GPUs, MF-18 lengths and memory, MF-28 the numbers that the price rests on."""

from collections.abc import Iterator

from wasm_tools.manifests.checks.engine_flags import parallel_size
from wasm_tools.manifests.checks.parts import Finding, at, mapping, nodes_of, pairs, replicas_of, whole
from wasm_tools.manifests.checks.servers import Server, flag_of
from wasm_tools.manifests.checks.view import View

_GIB = 2**30
_LEFT = 0.92  # share of a GPU's memory that an engine takes when it is not told


def gpu_findings(view: View) -> Iterator[Finding]:
    """MF-17: the GPUs of the arguments, of request and limit, and of the plan are the same number."""
    for server in view.servers:
        if server.pod is None or server.container is None or server.document is None:
            continue
        asked = mapping(at(server.container, "resources", "requests"))
        bound = mapping(at(server.container, "resources", "limits"))
        for resource in sorted({*asked, *bound} & view.gpu_resources):
            request, limit = (whole(side.get(resource, bound.get(resource))) for side in (asked, bound))
            where = f"resources ({resource})"
            if request != limit:
                yield server.finding("MF-17", f"request {request} and limit {limit} of a GPU must be equal", where)
            nodes = nodes_of(server.document)
            if limit is not None and limit * nodes != parallel_size(server):
                message = f"{limit * nodes} GPUs, but the arguments spread the model over {parallel_size(server)}"
                yield server.finding("MF-17", message, where)
            if view.plan.gpus and limit is not None and limit * nodes != view.plan.gpus:
                message = f"{limit * nodes} GPUs, but the plan was priced with {view.plan.gpus}"
                yield server.finding("MF-17", message, where)
        size, told = nodes_of(server.document), whole(server.value("--nnodes"))
        if told is not None and told != size:
            yield server.finding("MF-17", f"--nnodes {told}, but the group has {size} pods")


def length_findings(view: View) -> Iterator[Finding]:
    """MF-18: the longest request fits into the context, the context into the model, the weights into the GPUs."""
    plan = view.plan
    longest = plan.prompt_tokens + plan.output_tokens
    for server in view.servers:
        given = whole(server.role("max_model_len"))
        if given is not None and given < longest:
            message = f"{given} tokens do not hold a request of {plan.prompt_tokens} + {plan.output_tokens}"
            yield server.finding("MF-18", message)
        if given is not None and plan.model_context and given > plan.model_context:
            yield server.finding("MF-18", f"{given} tokens are above the {plan.model_context} of the model")
        if server.pod is not None and plan.weights_gib:
            labels = pairs(at(server.pod.spec, "nodeSelector"))
            sizes = [s for v in labels.values() if (s := view.catalogue.gpu_labels.get(v))]
            if sizes and plan.weights_gib * _GIB > _LEFT * sizes[0] * parallel_size(server):
                message = f"{plan.weights_gib} GiB of weights do not fit into {parallel_size(server)} such GPUs"
                yield server.finding("MF-18", message)


def plan_number_findings(view: View) -> Iterator[Finding]:
    """MF-28: each start of the engine gets the numbers that the plan was priced with."""
    plan = view.plan
    for server in view.servers:
        for field, expected in (
            ("max_model_len", plan.max_model_len),
            ("max_num_seqs", plan.max_num_seqs),
            ("max_num_batched_tokens", plan.max_num_batched_tokens),
        ):
            flag = flag_of(server.runtime, field)
            if expected and flag and server.value(flag) != str(expected) and not _reported(view, server, field):
                stated = server.value(flag)
                said = "is left to the engine" if stated is None else f"is {stated}"
                yield server.finding("MF-28", f"{flag} {said}; the plan was priced with {expected}")
        if plan.prefix_caching is not None and server.runtime.id == "vllm":
            told = "--enable-prefix-caching" if plan.prefix_caching else "--no-enable-prefix-caching"
            if server.value(told) is None:
                yield server.finding("MF-28", f"{told} is missing: the engine's default is not what was priced")
    for document in view.objects:
        count = replicas_of(document)
        serves = any(s.document is document and s.path == document.path for s in view.servers)
        if plan.replicas and serves and document.kind in ("Deployment", "LeaderWorkerSet") and count != plan.replicas:
            yield document.finding("MF-28", "spec.replicas", f"{count}, but the plan was priced with {plan.replicas}")


def _reported(view: View, server: Server, field: str) -> bool:
    """Whether another rule says already that this number is wrong."""
    given = whole(server.role(field))
    longest = view.plan.prompt_tokens + view.plan.output_tokens
    return field == "max_model_len" and given is not None and given < longest
