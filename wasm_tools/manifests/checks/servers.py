"""Where an engine is started and with which arguments: containers, environment variables, scripts and lists."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wasm_tools.json_text import loads
from wasm_tools.manifests.checks.parts import Document, Finding, Pod, at, mappings, pods_of, strings, text
from wasm_tools.manifests.runtimes import ServingRuntime, ServingRuntimes

_STARTS = re.compile(r"(?:^|[\s/;&|])(vllm\s+serve|trtllm-serve\s+serve|python3?\s+-m\s+sglang[.]launch_server)\s")
_CONTINUED = re.compile(r"\\\n\s*")
_ENDS = re.compile(r"\n|\s(?:&&|\|\||[;|&>])\s")
EXTRA_ARGUMENTS = "VLLM_ADDITIONAL_ARGS"  # read by the preset of an LLMInferenceService and evaluated in a shell


@dataclass(frozen=True, slots=True)
class Server:
    """One start of an engine. `pod` and `container` are there when Kubernetes starts it."""

    path: str
    where: str
    runtime: ServingRuntime
    arguments: tuple[str, ...]
    shell: bool = False
    document: Document | None = None
    pod: Pod | None = None
    container: Mapping[str, Any] | None = None

    def finding(self, rule: str, message: str, at_field: str = "") -> Finding:
        """A finding at this start, or at a field of its container."""
        return Finding(rule, self.path, ".".join(filter(None, (self.where, at_field))), message)

    def value(self, flag: str) -> str | None:
        """The value of an option, in either way of writing it; an option without a value gives an empty text."""
        found = None
        for number, argument in enumerate(self.arguments):
            name, equals, value = argument.partition("=")
            if name == flag:
                following = self.arguments[number + 1 : number + 2]
                found = value if equals else following[0] if following and not following[0].startswith("--") else ""
        return found

    def role(self, name: str) -> str | None:
        """The value of the option by which this engine takes a field of a plan, such as max_num_seqs."""
        flag = flag_of(self.runtime, name)
        return self.value(flag) if flag else None


def flag_of(runtime: ServingRuntime, field: str) -> str:
    """The option by which an engine takes a field of a plan; empty where it has none."""
    templates = [*runtime.arguments]
    for optional in runtime.optional.values():
        templates += [optional] if isinstance(optional, str) else optional
    return next((t.partition("=")[0] for t in templates if t.endswith(f"={{{field}}}")), "")


def servers(documents: list[Document], texts: Mapping[str, str], runtimes: ServingRuntimes) -> list[Server]:
    """Every start of a known engine in the files; `texts` are files that are no YAML."""
    found: list[Server] = []
    for document in documents:
        if document.kind:
            for pod in pods_of(document):
                found += _of_pod(pod, runtimes)
        else:
            found += _of_values(document, runtimes)
    for path, content in texts.items():
        found += _of_file(path, content, runtimes)
    return found


def _of_pod(pod: Pod, runtimes: ServingRuntimes) -> Iterator[Server]:
    for where, container in pod.containers:
        runtime = _runtime_of(container, runtimes)
        if runtime is None and not (pod.document.kind == "LLMInferenceService" and container.get("name") == "main"):
            continue
        words = strings(container.get("command")) + strings(container.get("args"))
        arguments = [a.replace("$$", "$") for a in words if not _is_script(a)]
        for script in (a for a in words if _is_script(a)):
            arguments += next(iter(_commands(script)), [])
        shell = False
        for variable in mappings(container.get("env")):
            if variable.get("name") == EXTRA_ARGUMENTS:
                shell, arguments = True, arguments + _split(text(variable.get("value")))
        tensor = at(pod.document.content, "spec", "parallelism", "tensor")
        if pod.document.kind == "LLMInferenceService" and tensor:
            arguments.append(f"--tensor-parallel-size={tensor}")
        place = f"{pod.document.kind} {pod.document.name}: {where}"
        runtime = runtime or runtimes.runtime("vllm")
        yield Server(pod.document.path, place, runtime, tuple(arguments), shell, pod.document, pod, container)


def _runtime_of(container: Mapping[str, Any], runtimes: ServingRuntimes) -> ServingRuntime | None:
    """The engine of a container, known by its image or its command."""
    repository = repository_of(text(container.get("image")))
    started = " ".join(strings(container.get("command")) + strings(container.get("args")))
    for runtime in runtimes.runtimes.values():
        family = repository_of(runtime.image)
        if repository and (repository == family or repository.startswith(family + "-")):
            return runtime
        if " ".join(runtime.command) in started:
            return runtime
        if runtime.storage_runtime and runtime.storage_runtime == container.get("runtime"):
            return runtime
    return None


def repository_of(image: str) -> str:
    """The image without its tag and digest."""
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag else name


def _of_values(document: Document, runtimes: ServingRuntimes) -> Iterator[Server]:
    """Starts in a file of another tool: a command as text, or a list of arguments."""
    for where, value in _walk(document.content, ""):
        if isinstance(value, str):
            yield from _of_text(document.path, where, value, runtimes)
        elif isinstance(value, list):
            yield from _known(document.path, where, strings(value), runtimes)


def _of_file(path: str, content: str, runtimes: ServingRuntimes) -> Iterator[Server]:
    """Starts in a file that is no YAML; prose quotes commands that are no part of the deployment."""
    if path.endswith(".json"):
        try:
            value = loads(content)
        except (ValueError, RecursionError):  # reported as a file that is no JSON
            return
        yield from _of_values(Document(path, 1, value if isinstance(value, dict) else {"": value}), runtimes)
    elif path.endswith(".service"):
        known = {repository_of(r.image) for r in runtimes.runtimes.values()}
        for line in _unfolded(content).splitlines():
            if line.startswith("ExecStart="):
                words = [w.replace("$$", "$").replace("%%", "%") for w in _split(line.partition("=")[2])]
                images = [n for n, w in enumerate(words) if repository_of(w) in known]
                yield from _known(path, "ExecStart", words[images[0] + 1 if images else 0 :], runtimes, shell=True)
    elif not path.endswith(".md"):
        yield from _of_text(path, "", content, runtimes)


def _of_text(path: str, where: str, content: str, runtimes: ServingRuntimes) -> Iterator[Server]:
    for arguments in _commands(content):
        yield from _known(path, where, arguments, runtimes, shell=True)


def _known(
    path: str, where: str, arguments: list[str], runtimes: ServingRuntimes, shell: bool = False
) -> Iterator[Server]:
    """The start of the engine that has these arguments, if one is known that has."""
    runtime = _runtime_by_flags(arguments, runtimes)
    if runtime is not None:
        yield Server(path, where, runtime, tuple(arguments), shell)


def _runtime_by_flags(arguments: list[str], runtimes: ServingRuntimes) -> ServingRuntime | None:
    names = {a.partition("=")[0] for a in arguments}
    every = runtimes.runtimes.values()
    return next((r for r in every if {flag_of(r, "gpus"), flag_of(r, "max_model_len")} <= names), None)


def _commands(script: str) -> Iterator[list[str]]:
    """The arguments of each start of an engine in a shell text."""
    joined = _unfolded(script)
    for start in _STARTS.finditer(joined):
        rest = joined[start.end() :]
        end = _ENDS.search(rest)
        yield _split(rest[: end.start()] if end else rest)


def _unfolded(script: str) -> str:
    """The text with its continued lines put together."""
    return _CONTINUED.sub(" ", script)


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # an open quote: the rule on shell texts sees the pieces
        return command.split()


def _is_script(argument: str) -> bool:
    return bool(_STARTS.search(argument))


def _walk(value: object, where: str) -> Iterator[tuple[str, object]]:
    yield where, value
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _walk(item, f"{where}[{number}]")
