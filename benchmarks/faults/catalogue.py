"""The faults that are injected, and the harmless differences that hide them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Place = Literal["setting", "program", "machine", "publication", "counting"]
"""Where a fault sits: in the user's settings, in the user's program, on the machine while both
the program and qdoctor run, in how the published figure came about, in what the figures count."""

Settings = dict[str, int | float]
"""By vLLM's own names, and ``input_len``, ``output_len``, ``num_prompts``, ``max_concurrency``."""

SOUND: Settings = {
    "input_len": 64,
    "output_len": 32,
    "num_prompts": 96,
    "max_num_seqs": 32,
    "max_num_batched_tokens": 2048,
    "num_gpu_blocks_override": 129,
    "max_model_len": 320,
    "temperature": 1.0,
}
"""The set-up without a fault: 32 requests of three KV blocks run at once, in three waves."""


@dataclass(frozen=True)
class Fault:
    """One way to get less than was published.

    ``line`` is where a ledger shows it: a factor, or the step from the published figure
    ("setting"), or what is not explained ("unexplained"), or "accounting". ``cause``, where given,
    must stand behind that line, since the line alone does not name it.
    """

    id: str
    title: str
    line: str
    place: Place = "setting"
    settings: Settings = field(default_factory=dict)
    cause: str | None = None


FAULTS = (
    Fault("concurrency", "four requests in flight", "concurrency", settings={"max_concurrency": 4}),
    Fault("outputs-cut", "outputs of an eighth", "output_length", settings={"output_len": 4}),
    Fault("longer-inputs", "prompts four times as long", "input_length", settings={"input_len": 256}),
    Fault("kv-short", "KV cache for four requests", "kv_memory", settings={"num_gpu_blocks_override": 13}),
    Fault("max-num-seqs", "max_num_seqs 4", "max_num_seqs", settings={"max_num_seqs": 4}),
    Fault("token-budget", "36 tokens per step", "token_budget", settings={"max_num_batched_tokens": 36}),
    Fault("top-p", "top_p 0.85 and top_k 50", "sampling", settings={"top_p": 0.85, "top_k": 50}),
    Fault(
        "penalties",
        "repetition and presence penalty",
        "penalties",
        settings={"repetition_penalty": 1.1, "presence_penalty": 0.5},
    ),
    Fault("logprobs", "five log probabilities per token", "logprobs", settings={"logprobs": 5}),
    Fault("few-prompts", "eight prompts in all", "num_prompts", settings={"num_prompts": 8}),
    Fault(
        "warm-up-timed",
        "the warm-up runs inside the timed region",
        "unexplained",
        "program",
        cause="warmup-in-timed-region",
    ),
    Fault(
        "load-timed",
        "the timer starts before the model is built",
        "unexplained",
        "program",
        cause="model-load-in-timed-region",
    ),
    Fault("cpu-hog", "a busy process on every core", "setting", "machine", cause="host-contention"),
    Fault(
        "inflated-reference",
        "published with identical prompts from the prefix cache",
        "setting",
        "publication",
        cause="prefix-cache-inflates-reference",
    ),
    Fault(
        "counting",
        "published in total, observed in output tokens",
        "accounting",
        "counting",
        cause="token-accounting-total-vs-output",
    ),
)

DECOYS: tuple[Settings, ...] = (
    {"temperature": 0.8},
    {"max_num_batched_tokens": 4096},
    {"max_model_len": 384},
    {"n": 2},
    {"num_prompts": 128},
)
"""Differences from the reference that cost nothing; qdoctor is told them like the others. Two outputs
per prompt halve the requests/s and leave the output tok/s as they are."""

MORE_WORK = ("n", "num_prompts")
"""Decoys that are harmless only where requests enough are in flight and nothing fixed is timed with them."""
FEW_IN_FLIGHT = ("concurrency", "few-prompts", "warm-up-timed", "load-timed")


def fault(id_: str) -> Fault:
    """The fault of that id."""
    return next(one for one in FAULTS if one.id == id_)


def spoilt(faults: tuple[Fault, ...], decoy: Settings) -> Settings:
    """What the user's set-up has instead of ``SOUND``."""
    return {**decoy, **{name: value for one in faults for name, value in one.settings.items()}}
