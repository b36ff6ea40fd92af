"""Messages of vLLM that mean something, by version; the list is data.

``starts``: how the message begins; its first eight bytes are looked up, so that a log of
gigabytes is sifted without a search. A message that begins with something variable has none
and is found in the first megabytes only, where an engine says how it is set up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

KEY = 8
"""Bytes of a message's beginning that are looked up."""


@dataclass(frozen=True)
class MessagePattern:
    """One message: where it begins, what it holds."""

    id: str
    starts: tuple[str, ...]
    regex: re.Pattern[str]
    holds: str = ""
    """Words that stand in it: looked for first where the expression begins with something open."""

    def search(self, text: str) -> re.Match[str] | None:
        """The message in a line, if it is there."""
        return self.regex.search(text) if self.holds in text else None


def _message(name: str, regex: str, *starts: str, holds: str = "") -> MessagePattern:
    return MessagePattern(name, starts, re.compile(regex), holds)


MESSAGES: tuple[MessagePattern, ...] = (
    _message(
        "preempt_v0",
        r"Sequence group (?P<id>\S{1,80}) is preempted by (?:PreemptionMode\.)?(?P<mode>RECOMPUTE|SWAP)"
        r" mode because there is not enough KV cache space"
        r"(?:.{0,400}?cumulative_preemption(?:_cnt)?=(?P<n>\d+))?",
        "Sequence group",
    ),
    _message(
        "cudagraph_start", r"Capturing (?:the model for CUDA graphs|cudagraphs for decoding)", "Capturing "
    ),
    _message("cudagraph_start", r"Capturing CUDA graphs? ?(?:\(|shapes)", "Capturing "),
    _message("cudagraph_done", r"Graph capturing finished in (?P<s>\d+) secs", "Graph capturing"),
    _message("cudagraph_skip", r"Skipping CUDA graph capture", "Skipping CUDA"),
    _message(
        "eager",
        r"Cudagraph is disabled under eager mode|Enforce eager set, disabling torch\.compile"
        r"|To see benefits of async output processing, enable CUDA graph",
        "Cudagraph is",
        "Enforce eager",
        "To see benefits",
    ),
    _message(
        "eager_forced",
        r"Forcing enforce eager to be True|Eager mode is enforced for the Flashinfer backend",
        "Data Parallel: Forcing",
        "Eager mode is",
    ),
    _message("compile_time", r"torch\.compile (?:takes|took) (?P<s>[\d.]+) s in total", "torch.compile"),
    _message(
        "compile_off",
        r"`?torch\.compile`? is turned on, but the model \S+ does not support it"
        r"|TORCH_COMPILE_DISABLE is set",
        "`torch.compile`",
        "torch.compile",
        "TORCH_COMPILE",
    ),
    _message(
        "attn_backend",
        r"Using (?P<b>FlashAttention-2|XFormers|Flash ?[Ii]nfer(?: MLA)?|Flash ?Attention(?: MLA)?"
        r"|Triton(?: MLA)?|FlashMLA|FlexAttention|Torch SDPA|Cutlass MLA|Sparse MLA|[A-Z][A-Z0-9_]{3,40})"
        r"(?: [Aa]ttention)? backend"
        r"(?: out of potential backends: (?P<opts>\[[^\]]{0,400}\]))?",
        "Using Fl",
        "Using XF",
        "Using Tr",
        "Using To",
        "Using Cu",
        "Using Sp",
        "Using FL",
        "Using TR",
        "Using RO",
        "Using TO",
        "Using CP",
        "Using CU",
        holds="backend",
    ),
    _message(
        "attn_no_fa2", r"Cannot use FlashAttention(?:-2)? backend (?P<why>.{0,200})", "Cannot use Flash"
    ),
    _message(
        "moe_default",
        r"Using default (?:FlyDSL )?MoE config\. Performance might be sub-optimal"
        r"(?:! Config file not found at (?P<f>.{0,300}))?",
        "Using default",
    ),
    _message("moe_tuned", r"Using configuration from (?P<f>\S{1,300}) for MoE layer", "Using configuration"),
    _message("block_fp8_default", r"Using default W8A8 Block FP8 kernel config", "Using default"),
    _message("lora_default_kernels", r"Using default LoRA kernel configs", "Using default"),
    _message(
        "quant_unopt",
        r"(?P<q>\w{1,40}) quantization is not fully optimized yet",
        "awq quantization",
        "gptq quantization",
        "bitsandbytes quantization",
        "gguf quantization",
        holds="quantization is not fully",
    ),
    _message(
        "quant_forced",
        r"Detected that the model can run with (?P<fast>\w+), however you specified "
        r"quantization=(?P<slow>\w+) explicitly"
        r"|The model is convertible to Marlin format, but you specified quantization=(?P<slow2>\w+)",
        "Detected that",
        "The model is convertible",
    ),
    _message(
        "fp8_weight_only",
        r"Your GPU does not have native support for (?P<t>FP8|FP4) computation",
        "Your GPU does",
    ),
    _message(
        "chunked_prefill",
        r"Chunked prefill is enabled with max_num_batched_tokens=(?P<n>\d+)",
        "Chunked prefill",
    ),
    _message("dist_backend", r"Defaulting to use (?P<b>\w+) for distributed inference", "Defaulting to"),
    _message("custom_ar_off", r"Custom allreduce is disabled (?P<why>.{0,200})", "Custom allreduce"),
    _message(
        "async_off",
        r"Asynchronous scheduling is disabled|Async scheduling (?:will be|is) disabled because"
        r"|Async output processing can ?not be enabled",
        "Asynchronous scheduling",
        "Async scheduling",
        "Async output",
    ),
    _message("async_on", r"Asynchronous scheduling is enabled", "Asynchronous scheduling"),
    _message("v0_fallback", r"Falling back to V0"),
    _message(
        "sampler_native",
        r"Falling back to (?:the )?(?:PyTorch-native implementation|default sampling implementation)"
        r"|FlashInfer top-p/top-k sampling unavailable",
        "FlashInfer is not",
        "FlashInfer top-p",
        "FlashInfer 0.",
        "FlashInfer version",
    ),
    _message("per_request_generators", r"does not support per-request generators", "FlashInfer 0."),
    _message(
        "gen_config",
        r"Default (?:vLLM )?sampling parameters have been overridden by (?P<w>.{0,160}?)"
        r"(?:: `(?P<p>\{[^}]{0,400}\})`)?\.",
        "Default sampling",
        "Default vLLM",
    ),
    _message(
        "slow_tokenizer", r"Using a slow tokenizer\. This might cause a significant slowdown", "Using a slow"
    ),
    _message(
        "random_length_preferred",
        r"Both --(?P<flag>input|output)-len and --random-(?P=flag)-len are specified",
        holds="are specified",
    ),
    _message("wsl", r"Using 'pin_memory=False' as WSL is detected", "Using 'pin_memory"),
    _message("long_ctx", r"The model has a long context length \((?P<n>\d+)\)", "The model has"),
    _message(
        "spec_acceptance",
        r"(?:SpecDecoding|Speculative) metrics: .{0,400}?[Dd]raft acceptance rate: (?P<a>[\d.]+)(?P<unit>%?)",
        "SpecDecoding",
        "Speculative metrics",
    ),
    _message(
        "spec_budget",
        r"max_num_scheduled_tokens is set to (?P<n>\d+) based on the speculative decoding settings",
        "max_num_scheduled",
    ),
    _message(
        "jit",
        r"(?:\w{1,40} ){1,4}during inference: (?P<fn>\S{1,120}?)(?: \(.*\))?\. This causes a latency spike",
        "Triton kernel",
        holds="during inference",
    ),
    _message(
        "cpu_threads",
        r"Reducing Torch (?:parallelism|threads) from (?P<a>\d+)(?: threads)? to (?P<b>\d+)",
        "Reducing Torch",
    ),
    _message("omp_quota", r"OMP_NUM_THREADS=\S{1,20} can degrade performance", "OMP_NUM_THREADS"),
    _message("request_logged", r"Received request \S{1,120}: ", "Received request"),
    _message("transformers_backend", r"Using Transformers (?:modeling )?backend", "Using Transformers"),
    _message("upcast_fp32", r"Upcasting torch\.\S{1,20} to torch\.float32", "Upcasting"),
    _message("lora_no_compile", r"LoRA for V0 is not supported with `torch\.compile`", "LoRA for V0"),
    _message("free_memory_short", r"Free memory on device .{0,120} is less than desired", "Free memory"),
    _message(
        "long_prompt", r"Token indices sequence length is longer than the specified maximum", "Token indices"
    ),
)
