"""Models on machines: through the real probe, the real memory equation, and no network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from doctor.examination import model_by_name, model_of_setup
from doctor.references import load_reference, reference_setup
from doctor.schema.environment import Environment
from doctor.schema.model_fit import ModelFit
from doctor.schema.setup import Setup
from tests.checks.judging import machine_with
from tests.probes.machines import make_machine

QWEN = "Qwen/Qwen1.5-7B-Chat"


def qwen_setup() -> Setup:
    """The published run: Qwen1.5-7B-Chat on one A100 with 80 GB, 1000 tokens in and 1000 out."""
    return reference_setup(load_reference("qwen1.5-7b-chat-a100-80g"))


def qwen_on(root: Path, recording: str = "no_driver", environ: Mapping[str, str] | None = None) -> ModelFit:
    """The published run's model on a machine with these GPUs, and nothing in its caches."""
    machine = make_machine(root, environ=environ or {})
    return model_of_setup(qwen_setup(), machine_with(root, recording), machine)


def model_here(root: Path, name: str, environment: Environment | None = None, **environ: str) -> ModelFit:
    """A model by name or folder, with the lengths of the published run."""
    machine = make_machine(root, environ=environ)
    return model_by_name(name, environment or machine_with(root), qwen_setup(), machine)


def small_config() -> str:
    """A Llama of 2 layers: 0.9 million parameters."""
    figures = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "vocab_size": 1000}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 2048}
    return json.dumps({"architectures": ["LlamaForCausalLM"], "model_type": "llama", **figures, **heads})
