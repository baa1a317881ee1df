"""The folder of a self-hosted plan: Kubernetes objects, other launchers, tests, the plan and what to do with it."""

from collections.abc import Mapping
from typing import Any

from wasm_tools.manifests.bench import asked_name, bench_files
from wasm_tools.manifests.command_files import command_files
from wasm_tools.manifests.compass_export import compass_export
from wasm_tools.manifests.compose import compose_file
from wasm_tools.manifests.dstack import dstack_file
from wasm_tools.manifests.gitops import gitops_files
from wasm_tools.manifests.helm_values import helm_values
from wasm_tools.manifests.kind_cluster import kind_script
from wasm_tools.manifests.numbers import PlanNumbers, plan_numbers
from wasm_tools.manifests.objects import objects, texts
from wasm_tools.manifests.plan_document import document_text
from wasm_tools.manifests.pod import runtime_of
from wasm_tools.manifests.readme import readme
from wasm_tools.manifests.runtimes import ServingRuntime, ServingRuntimes
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.skypilot import skypilot_file


def bundle(
    spec: ServingSpec, runtimes: ServingRuntimes, document: Mapping[str, Any], model_name: str
) -> dict[str, str]:
    """Text by path below the plan's folder; `document` is the content of its `plan.json`.

    Raises ManifestError for a plan without targets or one that its engine cannot run, YamlError for text that no file
    may hold.
    """
    runtime, numbers = runtime_of(spec, runtimes), plan_numbers(spec)
    files = texts(objects(spec, runtimes))
    if numbers.replica_nodes == 1:  # these launchers and charts know one machine a replica
        files |= command_files(spec, runtime, numbers)
        files |= compose_file(spec, runtime, numbers)
        files |= skypilot_file(spec, runtime, numbers)
        files |= dstack_file(spec, runtime, numbers)
        files |= helm_values(spec, runtime, numbers)
    files |= bench_files(spec, runtime, numbers, document["plan"])
    files |= gitops_files(spec)
    files |= kind_script(spec)
    files |= compass_export(spec, document, model_name)
    deployed = _deployed(spec, runtime, numbers)
    files["plan.json"] = document_text({**document, "plan_id": spec.plan_id, "deployment": deployed})
    files["README.md"] = readme(spec, runtime, numbers, document, files)
    return files


def _deployed(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, Any]:
    """What the files deploy, for programs: the plan names what was measured, this what is started."""
    return {
        "model_repo": spec.model_repo,
        "served_name": asked_name(spec, runtime),
        "engine": runtime.id,
        "engine_version": runtime.version,
        "image": runtime.image,
        "gpu_label": spec.node_label,
        "gpus_per_replica": numbers.replica_gpus,
        "nodes_per_replica": numbers.replica_nodes,
        "replicas": numbers.min_replicas,
        "max_replicas": numbers.max_replicas,
        "max_model_len": spec.max_model_len,
        "max_num_seqs": spec.max_num_seqs,
    }
