"""Which vLLM tool the words of a command start, and the words that belong to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from doctor.redaction import names_a_secret
from doctor.schema.command import Tool

_SCRIPTS: dict[str, Tool] = {
    "benchmark_throughput.py": "benchmark_throughput.py",
    "benchmark_serving.py": "vllm bench serve",
    "api_server.py": "vllm serve",
}
_MODULES: dict[str, Tool] = {
    "vllm.entrypoints.openai.api_server": "vllm serve",
    "vllm.entrypoints.api_server": "vllm serve",
    "vllm.benchmarks.throughput": "vllm bench throughput",
    "vllm.benchmarks.serve": "vllm bench serve",
}
_BENCHES: dict[str, Tool] = {"throughput": "vllm bench throughput", "serve": "vllm bench serve"}
_IMAGE = re.compile(
    r"(?:[\w.-]+(?::\d+)?/)*[\w.-]*vllm[\w.-]*(?:/[\w.-]+)*(?::(?P<tag>[\w.-]+))?(?:@sha256:\w+)?"
)
_PINNED = re.compile(r"vllm(?:-cpu)?(?:\[[\w,-]*\])?==(?P<version>\d[\w.]*)")
_CONTAINERS = frozenset(("docker", "podman", "nerdctl"))
# Options of docker run whose value is a word of its own.
_WITH_VALUE_NAMES = """
-v --volume --name -e --env --env-file -p --publish -w --workdir --network --net --gpus --ipc
--shm-size --entrypoint --runtime -u --user -h --hostname --mount --ulimit -l --label --cpus
--memory -m --device --restart --cap-add --security-opt --cpuset-cpus --pull --platform --add-host
--group-add
"""
_WITH_VALUE = frozenset(_WITH_VALUE_NAMES.split())
_STEERING = re.compile(r"(?:VLLM|NCCL|CUDA|OMP|TORCH|PYTORCH|FLASHINFER|TRITON|HIP|ROCR)_[A-Z0-9_]{2,60}")


class Call(NamedTuple):
    """One vLLM tool with its arguments."""

    tool: Tool
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


def find_call(words: Sequence[str], environment: Mapping[str, str]) -> Call | None:
    """The vLLM tool that these words start; None where they start none."""
    image = _image(words)
    inside = list(words)
    if image is not None:
        options, inside = words[: image[0]], list(words[image[0] + 1 :])
        environment = {**environment, **_container_environment(options)}
        entrypoint = _value_of(options, "--entrypoint")
        # Without an entry point of its own, the image starts the server.
        inside = [entrypoint, *inside] if entrypoint else inside
        if not entrypoint and (not inside or inside[0].startswith("-")):
            inside = ["vllm", "serve", *inside]
    found = _tool_in(inside)
    return Call(found[0], found[1], steering(environment)) if found else None


def version_told(words: Sequence[str]) -> str | None:
    """The version of vLLM that an image's tag or a pinned requirement names."""
    pinned = next((match["version"] for word in words if (match := _PINNED.search(word[:300]))), None)
    image = _image(words)
    tag = image[1] if image is not None else None
    return pinned or (tag.removeprefix("v") if tag and re.match(r"v?\d+\.\d", tag) else None)


def steering(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that steer an engine; nothing that may hold a secret."""
    return {
        name: value[:200]
        for name, value in environment.items()
        if _STEERING.fullmatch(name) and not names_a_secret(name) and "KEY" not in name
    }


def _tool_in(words: list[str]) -> tuple[Tool, tuple[str, ...]] | None:
    for index, word in enumerate(words):
        rest = words[index + 1 :]
        name = word.replace("\\", "/").rpartition("/")[2]
        if name in _SCRIPTS:
            return _SCRIPTS[name], tuple(rest)
        if word == "-m" and rest and rest[0] in _MODULES:
            return _MODULES[rest[0]], tuple(rest[1:])
        if name in ("vllm", "vllm.entrypoints.cli.main") and rest:
            if rest[0] == "serve":
                return "vllm serve", tuple(rest[1:])
            if rest[0] == "bench" and len(rest) > 1 and rest[1] in _BENCHES:
                return _BENCHES[rest[1]], tuple(rest[2:])
    return None


def _image(words: Sequence[str]) -> tuple[int, str | None] | None:
    if not (_CONTAINERS & {word.rpartition("/")[2] for word in words[:3]}) or "run" not in words[:4]:
        return None
    skip = False
    for index, word in enumerate(words):
        if skip or word.startswith("-"):
            skip = not skip and word in _WITH_VALUE
            continue
        match = _IMAGE.fullmatch(word[:300]) if index > words.index("run") else None
        if match:
            return index, match["tag"]
    return None


def _container_environment(options: Sequence[str]) -> dict[str, str]:
    found = {}
    for index, word in enumerate(options):
        if word in ("-e", "--env") and index + 1 < len(options):
            name, _, value = options[index + 1].partition("=")
        elif word.startswith(("--env=", "-e=")):
            name, _, value = word.partition("=")[2].partition("=")
        else:
            continue
        found[name] = value
    return found


def _value_of(words: Sequence[str], option: str) -> str | None:
    for index, word in enumerate(words):
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
        if word == option and index + 1 < len(words):
            return words[index + 1]
    return None
