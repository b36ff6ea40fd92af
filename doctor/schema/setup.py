"""A setup: everything that fixes one run, each setting with where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from doctor.schema.record import Record

Scalar = bool | int | float | str | None

OriginKind = Literal["published", "assumed", "engine default", "user", "measured", "scaled"]
"""Where a setting came from. ``scaled``: derived from another setup to fit a replica."""


class Origin(Record):
    """Where one setting came from; ``note`` names the flag, the version or the reason."""

    kind: OriginKind
    note: str = ""


class Architecture(Record):
    """What a ``config.json`` needs; the names are those of Hugging Face configurations."""

    architectures: tuple[str, ...]
    model_type: str
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int | None = None
    vocab_size: int
    max_position_embeddings: int
    tie_word_embeddings: bool = False
    torch_dtype: str = "bfloat16"
    extra: Mapping[str, Scalar | list[Scalar]] = Field(default_factory=dict)
    """Further keys of ``config.json`` as they stand there (num_experts, rope_theta, …)."""

    @property
    def head_size(self) -> int:
        """Elements per attention head; derived where the configuration does not say."""
        return self.head_dim or self.hidden_size // self.num_attention_heads


class Model(Record):
    """The model of a setup. ``path`` is a local folder with weights, where there is one."""

    name: str
    architecture: Architecture | None = None
    path: str | None = None
    weights: Literal["real", "dummy"] = "real"


class Hardware(Record):
    """What a setup runs on, as far as it is known."""

    accelerator: str | None = None
    """As people say it: "A100", "H100", "CPU"."""
    form_factor: str | None = None
    """"SXM", "PCIe", "NVL"; None where the source does not say."""
    memory_gb: float | None = None
    count: int = 1


class Software(Record):
    """The engine of a setup and its version; None where the source does not say."""

    engine: str = "vllm"
    version: str | None = None


class Workload(Record):
    """What is asked of the engine. Lengths in tokens per request."""

    input_len: int
    output_len: int
    num_prompts: int
    max_concurrency: int | None = None
    """Requests in flight at most; None: all are handed over at once."""
    request_rate_per_s: float | None = None
    """Arrivals per second; None: all arrive at once."""
    prompts: Literal["distinct", "identical"] = "distinct"


class Sampling(Record):
    """How tokens are drawn; names and neutral values as in vLLM's ``SamplingParams``."""

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    repetition_penalty: float = 1.0
    logprobs: int | None = None
    n: int = 1
    ignore_eos: bool = True
    detokenize: bool = True


class EngineSettings(Record):
    """Engine arguments under vLLM's own names. None: the default of the engine's version."""

    gpu_memory_utilization: float | None = None
    num_gpu_blocks_override: int | None = None
    kv_cache_memory_bytes: int | None = None
    block_size: int | None = None
    max_num_seqs: int | None = None
    max_num_batched_tokens: int | None = None
    max_model_len: int | None = None
    enforce_eager: bool | None = None
    dtype: str | None = None
    kv_cache_dtype: str | None = None
    quantization: str | None = None
    enable_prefix_caching: bool | None = None
    enable_chunked_prefill: bool | None = None
    async_scheduling: bool | None = None
    tensor_parallel_size: int | None = None
    extra: Mapping[str, Scalar] = Field(default_factory=dict)
    """Arguments that qdoctor does not interpret and hands through."""


class Setup(Record):
    """Everything that fixes one run.

    ``origins`` maps a dotted path ("workload.max_concurrency") to where its value came
    from. A path that is missing there is an engine default nobody touched.
    """

    model: Model
    hardware: Hardware = Hardware()
    software: Software = Software()
    workload: Workload
    sampling: Sampling = Sampling()
    engine: EngineSettings = EngineSettings()
    origins: Mapping[str, Origin] = Field(default_factory=dict)
