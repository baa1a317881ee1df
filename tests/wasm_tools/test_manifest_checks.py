"""Rules of manifests on small files: starts outside of Kubernetes, patches, what excludes each other."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.validate.catalogue_tables import catalogue
from generator.validate.checking import checked_files, checked_folder
from generator.validate.kustomize_build import kustomize
from generator.validate.queries import query_findings
from tests.wasm_tools.test_manifest_objects import PLANS, RUNTIMES
from wasm_tools.manifests.checks import findings
from wasm_tools.manifests.checks.catalogue import PlanFacts
from wasm_tools.manifests.checks.names import quantity_bytes
from wasm_tools.manifests.checks.parts import Document
from wasm_tools.manifests.checks.servers import Server, servers
from wasm_tools.manifests.checks.sets import object_sets
from wasm_tools.manifests.checks.view import view_of
from wasm_tools.manifests.objects import objects, texts

FLAGS = ["--tensor-parallel-size=2", "--max-model-len=8192", "--max-num-seqs=64"]
BUCKETS = '--custom-histogram-buckets={"inter_token_latency":[0.1,0.2]}'
PLAN = PlanFacts(prompt_tokens=4000, output_tokens=500, max_model_len=8192, max_num_seqs=64)


def started(path: str, text: str) -> list[Server]:
    return servers([], {path: text}, catalogue().runtimes)


def rules(files: dict[str, str], plan: PlanFacts | None = None) -> set[str]:
    return {f.rule for f in checked_files(files, plan).findings}


def test_a_start_is_found_in_every_way_of_writing_it() -> None:
    line = " ".join(FLAGS)
    for path, text in {
        "args.txt": f"vllm serve org/model {line}\n",
        "folded.txt": "vllm \\\n  serve \\\n  org/model \\\n  " + " \\\n  ".join(FLAGS) + "\n",
        "run.sh": f"set -eu\nexec vllm serve org/model {line} && echo done\nvllm bench serve --max-num-seqs=3\n",
        "args.json": json.dumps(["vllm", "serve", "org/model", *FLAGS]),
        "a.service": "[Service]\nExecStart=/usr/bin/docker run --rm vllm/vllm-openai:v0.33.0 \\\n  serve "
        + line
        + "\n",
    }.items():
        (server,) = started(path, text)
        assert server.role("max_num_seqs") == "64", path
        assert [a for a in server.arguments if a.startswith("--")] == FLAGS, path
    assert started("README.md", f"vllm serve org/model {line}\n") == []
    assert started("x.json", "[" * 100_000) == []


def test_an_option_may_be_written_with_a_space() -> None:
    (server,) = started("a.txt", "vllm serve org/model --tensor-parallel-size 2 --max-model-len 100 --enable-lora\n")
    assert (server.value("--max-model-len"), server.value("--enable-lora"), server.value("--port")) == ("100", "", None)


def test_json_has_to_survive_the_shell() -> None:
    line = " ".join(FLAGS)
    assert rules({"args.txt": f"vllm serve org/model {line} '{BUCKETS}'\n"}) == set()
    assert rules({"args.txt": f"vllm serve org/model {line} {BUCKETS}\n"}) == {"MF-27"}


def test_another_number_in_one_target_is_found() -> None:
    good = yaml.safe_dump({"services": {"vllm": {"command": ["org/model", *FLAGS, "--no-enable-prefix-caching"]}}})
    assert rules({"compose.yaml": good}, PLAN) == set()
    assert rules({"compose.yaml": good.replace("seqs=64", "seqs=63")}, PLAN) == {"MF-28"}
    assert rules({"compose.yaml": good.replace("len=8192", "len=4096")}, PLAN) == {"MF-18"}


def kustomized(**kustomizations: dict[str, Any]) -> list[Document]:
    return [
        Document(f"{f}/kustomization.yaml", 1, {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "x", **c})
        for f, c in kustomizations.items()
    ]


def test_sets_are_what_a_kustomization_loads_with_its_patches() -> None:
    service: dict[str, Any] = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "one"}}
    ports = [{"name": "http", "port": 80}, {"name": "metrics", "port": 90}]
    documents = [
        *kustomized(
            base={"kind": "Kustomization", "resources": ["service.yaml", "../base"]},
            top={"kind": "Kustomization", "resources": ["../base"], "patches": [{"path": "patch.yaml"}]},
        ),
        Document("base/service.yaml", 1, {**service, "spec": {"type": "ClusterIP", "ports": ports}}),
        Document("top/patch.yaml", 1, {**service, "spec": {"type": None, "ports": [{"port": 90, "name": "m"}]}}),
        Document("alone/service.yaml", 1, service),
    ]
    found = {s.name: [d.content.get("spec") for d in s.documents] for s in object_sets(documents)}
    assert found == {
        "base": [{"type": "ClusterIP", "ports": ports}],
        "top": [{"ports": [{"name": "http", "port": 80}, {"name": "m", "port": 90}]}],
        "alone": [None],
    }


@pytest.mark.native("asks promql-parser, which has no build for Pyodide")
def test_a_policy_must_not_cut_the_nodes_of_a_replica_apart() -> None:
    files = texts(objects(PLANS["two-nodes"], RUNTIMES))
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "closed"},
        "spec": {
            "podSelector": {"matchLabels": {"app.kubernetes.io/instance": PLANS["two-nodes"].plan_id}},
            "ingress": [{"ports": [{"port": 8000}]}],
        },
    }
    files["all-in-one.yaml"] += "---\n" + yaml.safe_dump(policy)
    assert rules(files) == {"MF-31"}


@pytest.mark.native("asks promql-parser, which has no build for Pyodide")
def test_simulator_and_server_do_not_share_a_namespace() -> None:
    files = texts(objects(PLANS["one-gpu-one-replica"], RUNTIMES))
    simulator = files["kustomize/base-simulator/deployment.yaml"]
    name = PLANS["one-gpu-one-replica"].plan_id
    lone = {"a.yaml": files["kserve/inferenceservice.yaml"], "b.yaml": simulator.replace(name, f"{name}-s")}
    assert "MF-31" in rules(lone)
    lone["b.yaml"] = lone["b.yaml"].replace("metadata:\n", "metadata:\n  namespace: elsewhere\n", 1)
    assert "MF-31" not in rules(lone)


def test_readme_lists_the_placeholders_that_are_there() -> None:
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  host: {}\n"
    plan = PlanFacts(plan_id="one")
    host = "edit-me.example.com"
    assert rules({"a.yaml": config.format(host), "README.md": f"edit {host}"}, plan) == set()
    assert rules({"a.yaml": config.format(host), "README.md": "nothing"}, plan) == {"MF-30"}
    assert rules({"a.yaml": config.format("x"), "README.md": f"edit {host}"}, plan) == {"MF-30"}


def test_no_moment_of_writing_is_left_in_a_file() -> None:
    config = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  at: "{}"\n'
    assert rules({"a.yaml": config.format("2026-11-26T10:00:00Z")}) == {"MF-34"}
    assert rules({"a.yaml": config.format("2026-11-26")}) == set()


@pytest.mark.parametrize(
    ("amount", "size"), [("1Gi", 2**30), ("1G", 1e9), ("500m", 0.5), ("2", 2.0), ("1e3", 1000.0), ("12 GB", None)]
)
def test_quantities_in_bytes(amount: str, size: float | None) -> None:
    assert quantity_bytes(amount) == size


ODD: tuple[Any, ...] = (None, [], {}, "x", 7, [["a"]], [7], {"a": [1]}, [{"name": {}}], [None])


def misshapen(value: Any) -> Iterator[Any]:
    """The value with each of its parts in turn replaced by something of another shape."""
    yield from ODD
    if isinstance(value, dict):
        for key, item in value.items():
            yield from ({**value, key: other} for other in misshapen(item))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from ([*value[:number], other, *value[number + 1 :]] for other in misshapen(item))


@pytest.mark.native("asks promql-parser, which has no build for Pyodide")
def test_no_shape_of_an_object_stops_the_rules() -> None:
    """Foreign files may hold anything; every fiftieth of the ways to misshape one object beside sound ones."""
    files = objects(PLANS["two-gpus"], RUNTIMES)
    sound = [Document(p, 1, c) for p, c in files.items() if isinstance(c, dict) and p.startswith("kustomize/")]
    sound += [Document(p, 1, c) for p, c in files.items() if isinstance(c, dict) and p.startswith("kserve/")]
    tried = 0
    for document in sound:
        for content in islice(misshapen(document.content), 10, None, 50):
            if isinstance(content, dict):
                others = [d for d in sound if d is not document and d.kind in ("Deployment", "Service", "Component")]
                view = view_of([Document("a.yaml", 1, content), *others[:4]], {}, catalogue())
                findings(view), query_findings(view)
                tried += 1
    assert tried > 200


@pytest.mark.native("starts kustomize")
@pytest.mark.skipif(kustomize() is None, reason="kustomize comes with `npm ci`")
def test_overlays_are_built_and_compared_with_the_one_file(tmp_path: Path) -> None:
    files = texts(objects(PLANS["one-gpu-one-replica"], RUNTIMES))
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    together = tmp_path / "all-in-one.yaml"
    together.write_text(together.read_text(encoding="utf-8").replace("maxUnavailable: 1", "maxUnavailable: 2", 1))
    assert {f.path for f in checked_folder(tmp_path).findings if f.rule == "MF-33"} == {"all-in-one.yaml"}
    (tmp_path / "kustomize/base/deployment.yaml").unlink()
    broken = [f for f in checked_folder(tmp_path).findings if f.path.endswith("kustomization.yaml")]
    assert broken == []  # a kustomization that names what is not there is not built: it might be fetched
