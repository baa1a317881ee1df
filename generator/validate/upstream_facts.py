"""The tables of the checks, made anew from the releases: `python -m generator.validate.upstream_facts FOLDER`.

FOLDER holds `crds/` (custom resource definitions) and `manifests/` (options and metrics of vLLM, scalers of KEDA). A
test that has the folder holds the committed tables against it; after an update of the folder this writes them.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from generator.places import checkout
from generator.tables import rows_text
from generator.validate.core_schemas import NEWEST, definitions
from generator.validate.field_rows import COLUMNS, field_rows

# table -> (file below crds/, version, paths beyond what is checked)
RESOURCES: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "kserve": (
        (
            "kserve/serving.kserve.io_inferenceservices.yaml",
            "v1beta1",
            (
                "spec.canary",
                "spec.explainer",
                "spec.transformer",
                *(f"spec.predictor.{n}" for n in ("huggingface", "lightgbm", "onnx", "paddle", "pmml", "pytorch",
                                                  "sklearn", "tensorflow", "triton", "xgboost", "workerSpec")),
            ),
        ),
        ("kserve/serving.kserve.io_llminferenceservices.json", "v1alpha2", ("spec.prefill",)),
    ),
    "lws": (("lws/leaderworkerset.x-k8s.io_leaderworkersets.yaml", "v1", ()),),
    "inference_extension": (
        ("gateway-api-inference-extension/inference.networking.k8s.io_inferencepools.yaml", "v1", ()),
    ),
    "keda": (("keda/keda.sh_scaledobjects.yaml", "v1alpha1", ()),),
    "prometheus_operator": tuple(
        (f"prometheus-operator/monitoring.coreos.com_{name}.yaml", "v1", ())
        for name in ("podmonitors", "prometheusrules", "servicemonitors")
    ),
    "gateway_api": tuple(
        (f"gateway-api/gateway.networking.k8s.io_{name}.yaml", "v1", ()) for name in ("gateways", "httproutes")
    ),
}  # fmt: skip
_BUCKETS = ("request_latency", "time_to_first_token", "inter_token_latency")
_LABELS = re.compile(r'"([a-z_]+)"')


def tables(upstream: Path) -> dict[str, str]:
    """The text of every table by its file name, from the folder of releases."""
    made = {
        f"{name}_fields.csv": rows_text(COLUMNS, (row.cells() for row in _rows(upstream / "crds", files)))
        for name, files in RESOURCES.items()
    }
    facts = upstream / "manifests"
    made["vllm_flags.csv"] = rows_text(("flag", "type"), _flags(_json(facts / "vllm/vllm-0.33.0-cli-args.json")))
    made["vllm_metrics.csv"] = rows_text(
        ("name", "type", "labels", "edges"),
        _metrics(_json(facts / "vllm/vllm-0.33.0-metrics.json"), _json(facts / "vllm/vllm-rs-0.33.0-facts.json")),
    )
    made["vllm_edges.csv"] = rows_text(
        ("family", "edge"), _edges(_json(facts / "vllm/vllm-0.33.0-metrics.json")["default_buckets"])
    )
    made["keda_triggers.csv"] = rows_text(
        ("trigger", "key", "required"), _triggers(_json(facts / "schemas/keda-2.20.2-scalers-schema.json"))
    )
    return made


def resource_definition(path: Path) -> Any:
    """A custom resource definition, in YAML or JSON."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _rows(crds: Path, files: tuple[tuple[str, str, tuple[str, ...]], ...]) -> Iterator[Any]:
    for name, version, unchecked in files:
        yield from field_rows(resource_definition(crds / name), version, definitions(NEWEST), unchecked)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _flags(facts: Any) -> Iterator[tuple[str, str]]:
    """Each option with the type that a text can be checked for: bool, int, float, json or text."""
    types = {name: (flag.get("resolved") or flag)["type"] for name, flag in facts["flags"].items()}
    types |= dict.fromkeys(facts["explicit"], "text")
    types["--headless"] = "bool"
    for name, declared in sorted(types.items()):
        bare = declared.removesuffix(" | None")
        known = bare if bare in ("bool", "int", "float") else "json" if bare.startswith("dict[") else "text"
        yield name, known


def _metrics(python: Any, rust: Any) -> Iterator[tuple[str, str, str, str]]:
    """The union of what the two servers expose; only the Python source tells labels and families of edges."""
    found = {m["name"]: (m["type"], "", "") for m in rust["exposed_metrics"]}
    for metric in python["metrics"]:
        labels = set(_LABELS.findall(metric["labels"]))
        if metric["labels"].startswith("labelnames"):
            labels |= {"engine", "model_name"}
        edges = (metric["buckets"] or "").removesuffix("_buckets")
        found[metric["name"]] = (metric["type"], "|".join(sorted(labels)), edges if edges in _BUCKETS else "")
    found["http_requests"] = ("counter", "handler|method|status", "")
    for name, facts in sorted(found.items()):
        yield name, *facts


def _edges(buckets: Any) -> Iterator[tuple[str, str]]:
    for family in _BUCKETS:
        for edge in buckets[family]:
            yield family, repr(float(edge))


def _triggers(schema: Any) -> Iterator[tuple[str, str, str]]:
    """The keys of the triggers that serving uses."""
    for scaler in schema["scalers"]:
        if scaler["type"] in ("prometheus", "cron", "metrics-api"):
            for parameter in scaler["parameters"]:
                needed = not parameter.get("optional") and "default" not in parameter
                yield scaler["type"], parameter["name"], "yes" if needed else ""


if __name__ == "__main__":
    for file_name, text in tables(Path(sys.argv[1])).items():
        (checkout().registry / "manifests" / file_name).write_text(text, encoding="utf-8")
