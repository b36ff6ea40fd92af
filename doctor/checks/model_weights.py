"""Where the engine would find the model's weights."""

from __future__ import annotations

from doctor.checks.framework.contract import Judgement, ModelCheck, ok, problem, reading, warning
from doctor.checks.framework.units import gib
from doctor.schema.check import CheckReading, ThroughputCost
from doctor.schema.model_fit import ModelFit

_COST = ThroughputCost(
    text="start-up time, not the throughput of a running engine", source="docs/checks/model-weights.md"
)
_NO_START = ThroughputCost(text="all of it: the engine does not start")
_WHERE = "the folder's files and its index"


def _judge(model: ModelFit) -> Judgement:
    weights = model.weights
    if weights.place == "nowhere":
        return _absent(model)
    seen = reading("weights", f"{_size(weights.size_bytes)} in {weights.path}", _WHERE)
    if weights.missing:
        first = ", ".join(weights.missing[:3])
        return problem(
            f"{len(weights.missing)} of the weight files are missing: {first}",
            seen,
            cost=_NO_START,
            action="Finish the download.",
            command=f"hf download {model.name}" if weights.place == "cache" else "",
        )
    if weights.size_bytes is None:
        return warning(
            f"no weights in {weights.path}: a run there needs dummy weights",
            seen,
            cost=_COST,
            action="Rates with dummy weights stand for real ones where lengths are fixed (ignore_eos).",
        )
    expected = model.weights_bytes
    if expected and not 0.5 < weights.size_bytes / expected < 2:
        return warning(
            f"{gib(weights.size_bytes)} on disk, {gib(expected)} by the architecture: another number format",
            seen,
            reading("computed", gib(expected), "parameters × bytes each"),
            cost=ThroughputCost(
                text="decode reads all weights for every token: its rate goes with their size (arithmetic)",
                source="docs/checks/model-weights.md",
            ),
            action="Compare with a figure of the same number format; name it with --quantization or --dtype.",
        )
    kind = "in Hugging Face's cache" if weights.place == "cache" else "in a local folder"
    return ok(f"{gib(weights.size_bytes)} {kind}", seen)


def _absent(model: ModelFit) -> Judgement:
    weights, size = model.weights, model.weights_bytes
    needed = gib(size) if size else "a size that is not known"
    free = "room not told" if weights.free_bytes is None else f"{gib(weights.free_bytes)} free"
    seen: list[CheckReading] = [reading("model cache", f"{free} at {weights.path}", "statvfs")]
    if weights.offline:
        return problem(
            f"{model.name} is not on this machine, and the environment forbids to download it",
            *seen,
            reading("HF_HUB_OFFLINE", "on", "environment"),
            cost=_NO_START,
            action="Allow the download, or copy the model here. qdoctor check itself needs no weights.",
            command="unset HF_HUB_OFFLINE TRANSFORMERS_OFFLINE",
        )
    if size is not None and weights.free_bytes is not None and weights.free_bytes < size:
        return problem(
            f"{model.name} would be downloaded: {needed}, but only {gib(weights.free_bytes)} are free",
            *seen,
            cost=_NO_START,
            action="Point the cache to a disk with room. qdoctor check itself needs no weights.",
            command="export HF_HOME=/large/huggingface",
        )
    return warning(
        f"{model.name} is not on this machine: vLLM would download {needed}",
        *seen,
        cost=_COST,
        action="Download it before a measurement. qdoctor check itself needs none: it takes dummy weights.",
        command=f"hf download {model.name}",
    )


def _size(size_bytes: int | None) -> str:
    return "none" if size_bytes is None else gib(size_bytes)


CHECK = ModelCheck("model-weights", "Where the weights come from", _judge)
