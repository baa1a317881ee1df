"""What the earlier system wrote for a plan, rebuilt from the recorded facts about its templates; our own text."""

import json
from typing import Any

import yaml

from wasm_tools.manifests.checks.catalogue import PlanFacts

MODEL = "an-organisation-with-a-long-name/A-Model-With-A-Rather-Long-Name-Of-Its-Own-70B"
IDENTITY = "chatbot-conversational-a-20260105142530"
LABELS = {"app": IDENTITY, "model": MODEL.replace("/", "-"), "deployment-id": IDENTITY}
# The plan behind the files: 4096 -> 512 tokens at p95, 4 replicas of 2 GPUs.
PLAN = PlanFacts(
    gpus=2,
    replicas=4,
    prompt_tokens=4096,
    output_tokens=512,
    max_num_seqs=64,
    max_num_batched_tokens=294912,
    weights_gib=66.5,
    cold_start_seconds=513,
    percentile=95,
    prefix_caching=True,
)


def inference_service() -> dict[str, Any]:
    resources = {"cpu": "24", "memory": "128Gi", "nvidia.com/gpu": "2"}
    container = {
        "name": "kserve-container",
        "image": "vllm/vllm-openai:v0.6.2",
        "args": [
            f"--model={MODEL}",
            "--tensor-parallel-size=2",
            "--gpu-memory-utilization=0.9",
            "--max-model-len=4096",
            "--dtype=auto",
            "--trust-remote-code",
            "--port=8080",
        ],
        "env": [
            {
                "name": "HUGGING_FACE_HUB_TOKEN",
                "valueFrom": {"secretKeyRef": {"name": "hf-token-secret", "key": "token", "optional": True}},
            }
        ],
        "resources": {"requests": resources, "limits": {**resources, "cpu": "48", "memory": "256Gi"}},
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "livenessProbe": _probe(120, 30, 10),
        "readinessProbe": _probe(60, 10, 5),
    }
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {
            "name": IDENTITY,
            "labels": dict(LABELS),
            "annotations": {"serving.kserve.io/deploymentMode": "RawDeployment", "description": "chat for 1000 users"},
        },
        "spec": {
            "predictor": {
                "minReplicas": 2,
                "maxReplicas": 8,
                "containers": [container],
                "nodeSelector": {"nvidia.com/gpu.product": "H100"},
                "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
            }
        },
    }


def _probe(delay: int, period: int, timeout: int) -> dict[str, Any]:
    return {
        "httpGet": {"path": "/health", "port": 8080},
        "initialDelaySeconds": delay,
        "periodSeconds": period,
        "timeoutSeconds": timeout,
    }


def autoscaler() -> dict[str, Any]:
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": f"{IDENTITY}-hpa", "labels": _own_label()},
        "spec": {
            "scaleTargetRef": {
                "apiVersion": "serving.kserve.io/v1beta1",
                "kind": "InferenceService",
                "name": IDENTITY,
            },
            "minReplicas": 2,
            "maxReplicas": 8,
            "metrics": [
                {
                    "type": "Object",
                    "object": {
                        "metric": {"name": "inference_requests_concurrency"},
                        "describedObject": {
                            "apiVersion": "serving.kserve.io/v1beta1",
                            "kind": "InferenceService",
                            "name": IDENTITY,
                        },
                        "target": {"type": "AverageValue", "averageValue": "10"},
                    },
                },
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
                },
            ],
            "behavior": {
                "scaleUp": {
                    "stabilizationWindowSeconds": 60,
                    "policies": [
                        {"type": "Percent", "value": 50, "periodSeconds": 60},
                        {"type": "Pods", "value": 2, "periodSeconds": 60},
                    ],
                    "selectPolicy": "Max",
                },
                "scaleDown": {
                    "stabilizationWindowSeconds": 300,
                    "policies": [{"type": "Percent", "value": 10, "periodSeconds": 120}],
                    "selectPolicy": "Min",
                },
            },
        },
    }


def _own_label() -> dict[str, str]:
    return {"deployment-id": IDENTITY}


def monitoring() -> list[dict[str, Any]]:
    monitor = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": {"name": IDENTITY, "labels": _own_label()},
        "spec": {
            "selector": {"matchLabels": _own_label()},
            "endpoints": [{"port": "http", "interval": "30s", "scrapeTimeout": "10s", "path": "/metrics"}],
        },
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": f"{IDENTITY}-metrics", "labels": _own_label()},
        "spec": {"selector": _own_label(), "ports": [{"name": "http", "port": 8080, "targetPort": 8080}]},
    }
    panels = [
        ("TTFT p90", "stat", "histogram_quantile(0.90, rate(vllm_time_to_first_token_seconds_bucket[5m]))"),
        ("TPOT p90", "stat", "histogram_quantile(0.90, rate(vllm_time_per_output_token_seconds_bucket[5m]))"),
        ("Success", "graph", "rate(vllm_request_success_total[5m])"),
        ("Failure", "graph", "rate(vllm_request_failure_total[5m])"),
        ("Batch", "graph", "vllm_avg_batch_size"),
        ("Queue", "graph", "vllm_num_requests_waiting"),
        ("GPU", "graph", "DCGM_FI_DEV_GPU_UTIL"),
    ]
    board = {
        "dashboard": {
            "title": IDENTITY,
            "panels": [
                {"id": n, "title": title, "type": kind, "targets": [{"expr": query}]}
                for n, (title, kind, query) in enumerate(panels, 1)
            ],
        }
    }
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{IDENTITY}-dashboard", "labels": {"grafana_dashboard": "1"}},
        "data": {"dashboard.json": json.dumps(board)},
    }
    return [monitor, service, config]


def files() -> dict[str, str]:
    """The three files of a plan as text, in the block style of its templates."""
    documents = {
        "inferenceservice.yaml": [inference_service()],
        "autoscaling.yaml": [autoscaler()],
        "servicemonitor.yaml": monitoring(),
    }
    return {f"{IDENTITY}-{path}": yaml.safe_dump_all(content, sort_keys=False) for path, content in documents.items()}
