"""What a model is made of: the matrices of one layer, its attention heads, its experts.

Read from :class:`doctor.schema.setup.Architecture`. A model whose attention this project does
not model (latent attention, linear attention, state space) is refused here, once.
"""

from __future__ import annotations

from dataclasses import dataclass

from doctor.errors import UsageError
from doctor.schema.setup import Architecture

_LATENT_KEYS = ("kv_lora_rank", "q_lora_rank")
_UNMODELLED_KEYS = ("ssm_state_size", "hybrid_override_pattern", "linear_num_key_heads", "mamba_d_state")
_BIASED_QKV = frozenset({"qwen2", "qwen2_moe"})
"""Model types whose q, k and v projections have biases without saying so in ``config.json``
(transformers ``models/qwen2/modeling_qwen2.py``)."""


@dataclass(frozen=True)
class Linear:
    """One weight matrix: ``inputs`` × ``outputs`` elements (k and n of the GEMM)."""

    name: str
    inputs: int
    outputs: int

    @property
    def weights(self) -> int:
        """Number of elements."""
        return self.inputs * self.outputs


@dataclass(frozen=True)
class Experts:
    """The routed experts of a mixture-of-experts layer."""

    count: int
    per_token: int
    intermediate_size: int
    """Inner width of one expert."""
    shared_intermediate_size: int
    """Inner width of the expert that every token passes; 0: there is none."""
    shared_gate: bool
    """The shared expert's output is weighted by a gate of its own (Qwen2-MoE)."""


@dataclass(frozen=True)
class Shape:
    """The shape of a decoder: what one layer multiplies with, and how often."""

    architecture: Architecture
    attention: tuple[Linear, ...]
    """The projections around attention, as vLLM fuses them: qkv, o."""
    dense: tuple[Linear, ...]
    """gate_up and down of a dense layer."""
    dense_layers: int
    experts: Experts | None
    expert_layers: int

    @property
    def layers(self) -> int:
        """Decoder layers."""
        return self.architecture.num_hidden_layers

    @property
    def lm_head(self) -> Linear:
        """The projection on the vocabulary."""
        return Linear("lm_head", self.architecture.hidden_size, self.architecture.vocab_size)


def integer(architecture: Architecture, *names: str) -> int | None:
    """The first of the further keys of ``config.json`` that holds a whole number."""
    for name in names:
        value = architecture.extra.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


def shape_of(architecture: Architecture) -> Shape:
    """The shape of the model; refuses what is not modelled."""
    _refuse_unmodelled(architecture)
    hidden, head = architecture.hidden_size, architecture.head_size
    query = architecture.num_attention_heads * head
    key_value = architecture.num_key_value_heads * head
    experts = _experts(architecture)
    expert_layers = _expert_layers(architecture) if experts else 0
    return Shape(
        architecture=architecture,
        attention=(Linear("qkv", hidden, query + 2 * key_value), Linear("o", query, hidden)),
        dense=mlp(hidden, architecture.intermediate_size),
        dense_layers=architecture.num_hidden_layers - expert_layers,
        experts=experts,
        expert_layers=expert_layers,
    )


def mlp(hidden: int, intermediate: int) -> tuple[Linear, ...]:
    """The two matrices of a gated MLP as vLLM fuses them."""
    return (Linear("gate_up", hidden, 2 * intermediate), Linear("down", intermediate, hidden))


def _experts(architecture: Architecture) -> Experts | None:
    count = integer(architecture, "num_experts", "num_local_experts", "n_routed_experts")
    if not count or count < 2:
        return None
    per_token = integer(architecture, "num_experts_per_tok")
    if not per_token:
        raise UsageError(
            f"The model {architecture.model_type} has {count} experts, but not how many each token passes",
            where="config.json: num_experts_per_tok",
            next_step="Add num_experts_per_tok to the architecture",
        )
    inner = integer(architecture, "moe_intermediate_size") or architecture.intermediate_size
    shared = integer(architecture, "shared_expert_intermediate_size") or 0
    if not shared:
        shared = (integer(architecture, "n_shared_experts") or 0) * inner
    return Experts(count, per_token, inner, shared, architecture.model_type == "qwen2_moe")


def _expert_layers(architecture: Architecture) -> int:
    """Layers with experts: every ``decoder_sparse_step``-th, less ``mlp_only_layers``."""
    step = integer(architecture, "decoder_sparse_step") or 1
    dense = architecture.extra.get("mlp_only_layers")
    dense_layers = set(dense) if isinstance(dense, list) else set()
    return sum(
        1 for i in range(architecture.num_hidden_layers) if i not in dense_layers and (i + 1) % step == 0
    )


def parameters(shape: Shape) -> tuple[int, int]:
    """Parameters in linear layers (which quantization touches), and in all else.

    All else: embedding and output projection, norms, biases, routers. Counted as transformers
    and vLLM lay them out; a tied output projection is counted once.
    """
    architecture = shape.architecture
    hidden, head = architecture.hidden_size, architecture.head_size
    linear = shape.layers * sum(m.weights for m in shape.attention)
    linear += shape.dense_layers * sum(m.weights for m in shape.dense)
    other = architecture.vocab_size * hidden * (1 if architecture.tie_word_embeddings else 2)
    norms_and_biases = 2 * hidden
    if architecture.model_type in _BIASED_QKV or architecture.extra.get("attention_bias"):
        norms_and_biases += shape.attention[0].outputs
    if architecture.model_type.startswith("qwen3"):
        norms_and_biases += 2 * head
    other += shape.layers * norms_and_biases + hidden
    if shape.experts:
        routed, shared = _expert_parameters(shape, shape.experts)
        linear += routed
        other += shared
    return linear, other


def _expert_parameters(shape: Shape, experts: Experts) -> tuple[int, int]:
    """Parameters of all experts, and of the routers, over all layers."""
    hidden = shape.architecture.hidden_size
    one = sum(m.weights for m in mlp(hidden, experts.intermediate_size))
    shared = sum(m.weights for m in mlp(hidden, experts.shared_intermediate_size))
    routers = hidden * experts.count + (hidden if experts.shared_gate else 0)
    return shape.expert_layers * (experts.count * one + shared), shape.expert_layers * routers


def _refuse_unmodelled(architecture: Architecture) -> None:
    if any(architecture.extra.get(key) for key in _LATENT_KEYS):
        raise _refusal(architecture, "multi-head latent attention (kv_lora_rank)")
    layer_types = architecture.extra.get("layer_types")
    kinds = set(layer_types) if isinstance(layer_types, list) else set()
    if any(architecture.extra.get(key) for key in _UNMODELLED_KEYS) or kinds & {"linear_attention", "mamba"}:
        raise _refusal(architecture, "linear attention or state-space layers")
    if "sliding_attention" in kinds or architecture.extra.get("use_sliding_window"):
        raise _refusal(architecture, "sliding-window attention")


def _refusal(architecture: Architecture, what: str) -> UsageError:
    return UsageError(
        f"The model {architecture.model_type} has {what}, which the performance model does not cover",
        where="config.json",
        next_step="Measure it with `qdoctor check`; predictions cover MHA and GQA models, dense or MoE",
    )
