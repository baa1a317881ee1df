"""All Kubernetes objects of a plan by the path of their file, and their text."""

from collections.abc import Mapping

from wasm_tools.manifests.kserve import inference_service
from wasm_tools.manifests.runtimes import ServingRuntimes
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.yaml_text import Plain, yaml_text

type File = Plain | list[Plain] | str  # one object, several in one file, or text that is already written


def objects(spec: ServingSpec, runtimes: ServingRuntimes) -> dict[str, File]:
    """The files of a plan by their path in its folder; raises ManifestError, YamlError for text that no file may hold.

    A plan without targets is a KServe service alone.
    """
    return {"kserve/inferenceservice.yaml": inference_service(spec, runtimes)}


def texts(files: Mapping[str, File]) -> dict[str, str]:
    """The text of each file: YAML for objects, a document each for several."""
    return {path: _text(content) for path, content in files.items()}


def _text(content: File) -> str:
    if isinstance(content, str):
        return content
    return "---\n".join(map(yaml_text, content)) if isinstance(content, list) else yaml_text(content)
