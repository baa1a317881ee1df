"""The server without Kubernetes: its command as text and as JSON, and a systemd unit for one machine."""

import json
import shlex

from wasm_tools.manifests.numbers import PlanNumbers
from wasm_tools.manifests.pod import OPTIONS_ANNOTATION, engine_arguments, pod_annotations
from wasm_tools.manifests.runtimes import ServingRuntime
from wasm_tools.manifests.serving_spec import ServingSpec
from wasm_tools.manifests.words import one_line

_SYSTEMD = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "%": "%%", "$": "$$"})


def shell_command(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> str:
    """The command in one line, each argument quoted for a shell."""
    return shlex.join([*runtime.command, *engine_arguments(spec, runtime, numbers)])


def options_text(spec: ServingSpec, runtime: ServingRuntime) -> str:
    """The options file of an engine that reads one, as JSON, which is YAML; empty for the others."""
    return str(pod_annotations(spec, runtime).get(OPTIONS_ANNOTATION, ""))


def command_files(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers) -> dict[str, str]:
    """The command for a shell, for a program and for systemd, and the options file where the engine reads one."""
    command = [*runtime.command, *engine_arguments(spec, runtime, numbers)]
    files = {
        f"targets/{runtime.id}-args.txt": " \\\n  ".join(map(shlex.quote, command)) + "\n",
        f"targets/{runtime.id}-args.json": json.dumps(command, indent=1, ensure_ascii=False) + "\n",
        f"targets/{runtime.id}.service": _unit(spec, runtime, numbers, command),
    }
    if options := options_text(spec, runtime):
        files["targets/engine-options.json"] = options + "\n"
    return files


def _unit(spec: ServingSpec, runtime: ServingRuntime, numbers: PlanNumbers, command: list[str]) -> str:
    """A unit that runs the container with Docker: the image holds the engine in the version that was planned."""
    options = f"/etc/{spec.plan_id}/engine-options.json"
    container = [
        "/usr/bin/docker", "run", "--rm", f"--name={spec.plan_id}", f"--gpus={spec.gpus}", "--env=HF_TOKEN",
        *(f"--env={name}={value}" for name, value in runtime.environment.items()),
        f"--publish={runtime.port}:{runtime.port}",
        f"--volume={spec.plan_id}-cache:{runtime.cache_path}",
        *([f"--shm-size={numbers.shm_gib}g"] if numbers.shm_gib else []),
        *([f"--volume={options}:{runtime.options_path}:ro"] if runtime.options_path else []),
        f"--entrypoint={command[0]}", runtime.image, *command[1:],
    ]  # fmt: skip
    lines = [
        "# /etc/systemd/system/ is its place; then: systemctl daemon-reload, systemctl enable --now",
        "[Unit]",
        f"Description={one_line(spec.model_repo)} ({spec.plan_id})",
        "After=docker.service network-online.target",
        "Requires=docker.service",
        "Wants=network-online.target",
        "",
        "[Service]",
        f"# The token for gated models: HF_TOKEN=... in /etc/{spec.plan_id}/environment",
        f"EnvironmentFile=-/etc/{spec.plan_id}/environment",
        "ExecStart=" + " \\\n  ".join(map(_systemd_word, container)),
        f"ExecStop=/usr/bin/docker stop --time={numbers.drain_seconds} {spec.plan_id}",
        "Restart=on-failure",
        "RestartSec=10",
        f"TimeoutStartSec={numbers.progress_deadline_seconds}",
        f"TimeoutStopSec={numbers.grace_seconds}",
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"


def _systemd_word(word: str) -> str:
    """A word of a command as systemd reads it: in double quotes with C escapes, `%` and `$` doubled."""
    return '"' + word.translate(_SYSTEMD) + '"'
