"""All objects of a plan by the path of their file, and their text."""

from collections.abc import Mapping

from wasm_tools.manifests.alert_tests import rules_test
from wasm_tools.manifests.alerts import rule_groups
from wasm_tools.manifests.comments import comments_of
from wasm_tools.manifests.dashboard import dashboard_text
from wasm_tools.manifests.kserve import PREDICTOR, bundle, inference_service, storage_service
from wasm_tools.manifests.kustomize import components, kustomize_files, production
from wasm_tools.manifests.llm_inference_service import llm_inference_service
from wasm_tools.manifests.monitors import pod_monitor
from wasm_tools.manifests.numbers import PlanNumbers, plan_numbers
from wasm_tools.manifests.pod import runtime_of
from wasm_tools.manifests.runtimes import ServingRuntime, ServingRuntimes
from wasm_tools.manifests.scaling import adapter_values
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain, yaml_text

type File = Plain | list[Plain] | str  # one object, several in one file, or text that is already written


def objects(spec: ServingSpec, runtimes: ServingRuntimes) -> dict[str, File]:
    """The files of a plan by their path in its folder; raises ManifestError, YamlError for text that no file may hold.

    A plan without targets is the KServe service alone, as text. Files named `patch-*.yaml` change other objects and
    hold the changed fields only. Objects that are in `kustomize/` and in `all-in-one.yaml` are equal but for the
    namespace.
    """
    if spec.targets is None:
        return {path.partition("/")[2]: text for path, text in bundle(spec, runtimes).items()}
    runtime, numbers = runtime_of(spec, runtimes), plan_numbers(spec)
    dashboard = dashboard_text(spec, runtime, numbers) if runtime.metrics else ""
    parts = components(spec, runtime, numbers, dashboard)
    files: dict[str, File] = {"all-in-one.yaml": list(production(spec, runtime, numbers, parts))}
    files |= kustomize_files(spec, runtime, numbers, parts)
    if numbers.replica_nodes == 1:
        files |= _kserve(spec, runtimes, runtime, numbers)
    if runtime.metrics:
        files |= {
            "helm/prometheus-adapter-values.yaml": adapter_values(spec, runtime),
            "monitoring/rules.yml": rule_groups(spec, runtime, numbers),
            "monitoring/rules_test.yml": rules_test(spec, runtime, numbers, "rules.yml"),
            "monitoring/dashboard.json": dashboard,
        }
    return files


def _kserve(
    spec: ServingSpec, runtimes: ServingRuntimes, runtime: ServingRuntime, numbers: PlanNumbers
) -> dict[str, File]:
    files: dict[str, File] = {"kserve/inferenceservice.yaml": inference_service(spec, runtimes)}
    if runtime.storage_runtime:
        files["kserve/inferenceservice-storage.yaml"] = storage_service(spec, runtime, numbers)
    if runtime.llm_inference_service:
        files["kserve/llminferenceservice.yaml"] = llm_inference_service(spec, runtime, numbers)
    if runtime.metrics:
        files["kserve/podmonitor.yaml"] = pod_monitor(spec, runtime, PREDICTOR)
    return files


def texts(files: Mapping[str, File]) -> dict[str, str]:
    """The text of each file: YAML for objects, a document each for several, with what the fields are for."""
    return {path: _text(path, content) for path, content in files.items()}


def _text(path: str, content: File) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "---\n".join(_text(path, found) for found in content)
    return yaml_text(content, comments_of(path, content))
