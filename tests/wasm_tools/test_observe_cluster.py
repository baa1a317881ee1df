"""The state of a cluster out of what kubectl prints: replicas, reasons, GPUs, what helps; hostile input stays data."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from wasm_tools.observe.cluster.objects import read_objects
from wasm_tools.observe.cluster.remedies import read_remedies, remedy_for
from wasm_tools.observe.cluster.status import cluster_status
from wasm_tools.observe.expected import Expected
from wasm_tools.workload.traffic import InputError

ROOT = Path(__file__).parents[2]
REMEDIES = read_remedies(
    tomllib.loads((ROOT / "data/registry/observe/remedies.toml").read_text(encoding="utf-8"))["remedy"]
)
GPU = {"nvidia.com/gpu": "4"}


def listed(*items: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "List", "items": list(items)}


def pod(name: str, **status: Any) -> dict[str, Any]:
    return {
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "ai", "ownerReferences": [{"kind": "ReplicaSet", "name": "chat-1"}]},
        "spec": {"nodeName": "n1", "containers": [{"name": "server", "resources": {"limits": GPU}}]},
        "status": {"phase": "Running", **status},
    }


def deployment(desired: int, ready: int, **labels: str) -> dict[str, Any]:
    return {
        "kind": "Deployment",
        "metadata": {"name": "chat", "namespace": "ai", "generation": 3, "labels": labels},
        "spec": {
            "replicas": desired,
            "template": {"spec": {"containers": [{"resources": {"limits": GPU}}]}},
        },
        "status": {"observedGeneration": 3, "readyReplicas": ready, "updatedReplicas": desired},
    }


def node(gpus: str, ready: str = "True", **spec: Any) -> dict[str, Any]:
    return {
        "kind": "Node",
        "metadata": {"name": "n1", "labels": {"nvidia.com/gpu.product": "NVIDIA-L4"}},
        "spec": spec,
        "status": {
            "allocatable": {"nvidia.com/gpu": gpus},
            "conditions": [{"type": "Ready", "status": ready}],
        },
    }


READY = {"conditions": [{"type": "Ready", "status": "True"}]}


def state(*items: dict[str, Any], expected: Expected | None = None) -> dict[str, Any]:
    record = cluster_status(read_objects(listed(*items)), REMEDIES, expected)
    json.dumps(record, allow_nan=False)
    return record


def reasons(record: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(f["severity"], f["reason"], f["number"]) for f in record["findings"]]


def waiting(reason: str, message: str = "", **more: Any) -> dict[str, Any]:
    return {
        "containerStatuses": [
            {"name": "server", "restartCount": 7, "state": {"waiting": {"reason": reason, "message": message}}, **more}
        ]
    }


UNSCHEDULABLE = {
    "phase": "Pending",
    "conditions": [
        {
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
            "message": "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
        }
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "severity", "reason", "helps"),
    [
        (UNSCHEDULABLE, "stops", "Unschedulable", "GPUs asked for"),
        (waiting("ImagePullBackOff", "Back-off pulling image"), "stops", "ImagePullBackOff", "pull secret"),
        (waiting("CrashLoopBackOff"), "stops", "CrashLoopBackOff", "logs --previous"),
        (
            waiting("CrashLoopBackOff", lastState={"terminated": {"reason": "OOMKilled", "exitCode": 137}}),
            "stops", "OOMKilled", "memory limit",
        ),
        (waiting("CreateContainerConfigError", "secret hf"), "stops", "CreateContainerConfigError", "token"),
        ({"conditions": [{"type": "Ready", "status": "False"}]}, "stops", "NotReady", "Loading weights"),
        ({"phase": "Failed", "reason": "Evicted", "message": "low on memory"}, "warns", "Evicted", "volume"),
        ({**READY, "containerStatuses": [{"restartCount": 2}]}, "warns", "Restarted", "logs --previous"),
    ],
)  # fmt: skip
def test_a_pod_that_does_not_serve_states_why_and_what_helps(
    status: dict[str, Any], severity: str, reason: str, helps: str
) -> None:
    record = state(pod("chat-1-a", **status))
    assert reasons(record) == [(severity, reason, 1)]
    assert helps in record["findings"][0]["remedy"]
    assert record["healthy"] is (severity != "stops")


def test_pods_that_serve_start_or_have_ended_well_are_no_findings() -> None:
    record = state(
        pod("a", **READY), pod("b", **waiting("ContainerCreating")), pod("c", phase="Succeeded"), deployment(1, 1)
    )
    assert record["findings"] == [] and record["healthy"] is True
    assert record["pods"]["all"] == 2 and record["pods"]["ready"] == 1


def test_pods_of_one_owner_with_one_reason_are_one_finding() -> None:
    record = state(*(pod(f"chat-1-{n}", **waiting("ImagePullBackOff")) for n in range(5)))
    assert reasons(record) == [("stops", "ImagePullBackOff", 5)]


def test_replicas_count_against_what_is_wanted_and_what_is_not_said_is_unknown() -> None:
    silent = {"kind": "Deployment", "metadata": {"name": "new"}, "spec": {}}
    record = state(deployment(3, 1), silent)
    short, unknown = record["workloads"]
    assert (short["desired"], short["ready"], short["gpus_each"]) == (3, 1, 4)
    assert (unknown["desired"], unknown["ready"], unknown["noticed"]) == (1, None, None)
    assert reasons(record) == [("warns", "ReplicasShort", 1)]
    assert reasons(state(deployment(3, 0))) == [("stops", "ReplicasShort", 1)]


def test_a_leader_with_workers_asks_for_the_gpus_of_its_whole_group() -> None:
    template = {"spec": {"containers": [{"resources": {"limits": GPU}}]}}
    group = {
        "kind": "LeaderWorkerSet",
        "metadata": {"name": "big"},
        "spec": {"replicas": 2, "leaderWorkerTemplate": {"size": 3, "workerTemplate": template}},
        "status": {"readyReplicas": 2, "updatedReplicas": 2},
    }
    assert state(group)["workloads"][0]["gpus_each"] == 12


def test_gpus_are_held_against_nodes_that_can_give_them() -> None:
    (fits,) = state(node("4"), pod("a", **READY))["gpus"]
    assert (fits["allocatable"], fits["usable"], fits["requested"], fits["short"]) == (4, 4, 4, False)
    for away in (node("4", "False"), node("4", unschedulable=True)):
        record = state(away, pod("a", **READY))
        assert record["gpus"][0]["usable"] == 0 and record["gpus"][0]["short"]
        assert {r for _, r, _ in reasons(record)} == {"GpusShort", "NodeAway"}
    (alone,) = state(pod("a", **READY))["gpus"]  # without nodes nobody knows what there is
    assert alone["allocatable"] is None and alone["short"] is False


def test_a_pending_pod_asks_for_the_product_that_it_selects() -> None:
    asks = pod("a", **UNSCHEDULABLE)
    asks["spec"] = {**asks["spec"], "nodeName": None, "nodeSelector": {"nvidia.com/gpu.product": "NVIDIA-L4"}}
    (row,) = state(node("2"), asks)["gpus"]
    assert (row["product"], row["requested"], row["short"]) == ("NVIDIA-L4", 4, True)


def test_an_autoscaler_at_its_maximum_and_one_without_metrics_are_said() -> None:
    scaler = {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "chat"},
        "spec": {"minReplicas": 1, "maxReplicas": 3, "scaleTargetRef": {"name": "chat"}},
        "status": {
            "currentReplicas": 3,
            "conditions": [
                {"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas"},
                {
                    "type": "ScalingActive",
                    "status": "False",
                    "reason": "FailedGetExternalMetric",
                    "message": "no metric",
                },
            ],
        },
    }
    record = state(scaler)
    assert sorted(r for _, r, _ in reasons(record)) == ["AtMaximum", "FailedGetExternalMetric"]
    assert "the metrics ask for more" in next(f for f in record["findings"] if f["reason"] == "AtMaximum")["message"]
    assert record["healthy"] is None  # nothing that should serve is in the file


def test_a_service_of_kserve_says_which_condition_does_not_hold() -> None:
    service = {
        "kind": "InferenceService",
        "metadata": {"name": "chat", "namespace": "ai"},
        "status": {
            "conditions": [
                {"type": "IngressReady", "status": "False", "reason": "IngressNotReady", "message": "no gateway"},
                {"type": "Ready", "status": "False"},
                {"type": "Stopped", "status": "False"},
            ]
        },
    }
    record = state(service)
    assert reasons(record) == [("stops", "IngressNotReady", 1)]
    assert [f["type"] for f in record["services"][0]["failing"]] == ["IngressReady", "Ready"]


def test_warnings_are_said_once_and_only_of_what_nothing_else_was_said() -> None:
    about = {"kind": "Pod", "namespace": "ai", "name": "chat-1-a"}
    other = {"kind": "Job", "namespace": "ai", "name": "load"}
    events = [
        {"kind": "Event", "type": kind, "reason": "BackoffLimitExceeded", "involvedObject": of, "count": 2}
        for kind, of in (("Warning", about), ("Warning", other), ("Warning", other), ("Normal", other))
    ]
    record = state(pod("chat-1-a", **UNSCHEDULABLE), *events)
    assert reasons(record) == [("stops", "Unschedulable", 1), ("warns", "BackoffLimitExceeded", 4)]


@pytest.mark.parametrize(
    ("desired", "ready", "verdict"),
    [(2, 2, "as planned"), (2, 1, "not ready"), (1, 1, "fewer"), (3, 3, "more")],
)
def test_replicas_and_gpus_against_the_plan(desired: int, ready: int, verdict: str) -> None:
    planned = Expected({}, replicas=2, gpus=8)
    other = deployment(5, 5)  # not from a plan's files: it does not count
    plan = state(
        deployment(desired, ready, **{"app.kubernetes.io/part-of": "inference-price-atlas"}), other, expected=planned
    )["plan"]
    assert plan["verdict"] == verdict and plan["by_label"]
    assert plan["gpus"] == {"planned": 8, "desired": 4 * desired}
    assert state(pod("a"), expected=planned)["plan"]["verdict"] == "unknown"


HOSTILE: list[Any] = [
    None, "", "x", 7, -1, 1e99, True, [], {}, [None], {"": None}, "\x1b[2J", "9" * 5000, "<b>x</b>", float("nan"),
]  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_any_value_in_any_place_is_no_crash_and_no_invented_figure(value: Any) -> None:
    for item in (pod("a", **UNSCHEDULABLE), deployment(1, 1), node("4"), {"kind": "Event", "type": "Warning"}):
        for path in paths(item):
            record = state(replaced(item, path, value)) if path != ("kind",) else None
            assert record is None or len(json.dumps(record)) < 20_000


def paths(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [p for key, part in inner for p in ((*before, key), *paths(part, (*before, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, dict):
        return {k: replaced(v, path[1:], new) if k == path[0] else v for k, v in value.items()}
    return [replaced(v, path[1:], new) if n == path[0] else v for n, v in enumerate(value)]


def test_what_holds_no_known_object_is_refused_with_the_command() -> None:
    for given in (listed(), listed({"kind": "Secret"}), {"apiVersion": "v1", "kind": "Pod", "items": "x"}):
        with pytest.raises(InputError, match="kubectl get"):
            read_objects(given)


def test_each_remedy_can_be_reached_and_says_what_helps() -> None:
    for n, row in enumerate(REMEDIES):
        assert row.means and row.remedy and row.reasons
        assert any(remedy_for(reason, row.message, REMEDIES) is REMEDIES[n] for reason in row.reasons)
