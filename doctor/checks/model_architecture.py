"""The figures of the model that decide how much work a token is."""

from __future__ import annotations

from doctor.checks.framework.contract import Judgement, ModelCheck, ok, reading, unknown
from doctor.checks.framework.units import gib
from doctor.schema.check import CheckReading
from doctor.schema.model_fit import ModelFit
from doctor.schema.setup import Architecture


def _judge(model: ModelFit) -> Judgement:
    architecture = model.architecture
    if architecture is None:
        return unknown(f"the architecture of {model.name} is not known: give its folder with --model")
    seen = tuple(_readings(architecture, model.architecture_from))
    if model.parameters is None or model.weights_bytes is None:
        return unknown(f"not counted: {model.refused}", *seen)
    parameters = f"{model.parameters / 1e9:.2f} billion"
    return ok(
        f"{parameters} parameters, {gib(model.weights_bytes)} of weights in GPU memory",
        *seen,
        reading("parameters", parameters, "arithmetic from these figures"),
    )


def _readings(architecture: Architecture, source: str) -> list[CheckReading]:
    heads = f"{architecture.num_attention_heads}, {architecture.num_key_value_heads} of keys and values"
    figures = {
        "architecture": ", ".join(architecture.architectures) or architecture.model_type,
        "layers": architecture.num_hidden_layers,
        "hidden size": architecture.hidden_size,
        "heads": f"{heads}, {architecture.head_size} elements each",
        "vocabulary": architecture.vocab_size,
        "number format": architecture.torch_dtype,
    }
    experts = architecture.extra.get("num_experts") or architecture.extra.get("num_local_experts")
    if experts:
        figures["experts"] = f"{experts}, {architecture.extra.get('num_experts_per_tok', '?')} for each token"
    return [reading(what, value, source) for what, value in figures.items()]


CHECK = ModelCheck("model-architecture", "The model's figures", _judge)
