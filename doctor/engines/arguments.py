"""From a setup to what vLLM takes: LLM arguments, sampling parameters, a workload."""

from __future__ import annotations

import os
import re
from typing import Any

from doctor.errors import UsageError
from doctor.schema.setup import EngineSettings, Sampling, Scalar, Setup, Workload

NO_NETWORK = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "VLLM_NO_USAGE_STATS": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Nothing leaves the machine while an engine runs."""

CPU_ENVIRONMENT = {
    # One process for front end, scheduler and model: on a CPU engine the scheduler's
    # process would otherwise take a core of its own from the model, and every start
    # would import everything three times.
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_CPU_KVCACHE_SPACE": "1",
}


def process_environment(cpus_usable: int, *, has_gpu: bool) -> dict[str, str]:
    """The environment that the worker is started with.

    On a machine without a GPU one core is left to the rest of the machine: with a thread on
    every core, each of the model's parallel sections waits for whichever thread a neighbour
    pushed aside, and one busy neighbour slows the engine five- to tenfold (seen with vLLM
    0.32.0 on two cores).
    """
    if has_gpu or "OMP_NUM_THREADS" in os.environ:
        return dict(NO_NETWORK)
    return {**NO_NETWORK, "OMP_NUM_THREADS": str(max(1, cpus_usable - 1))}


_HANDED_THROUGH = tuple(name for name in EngineSettings.model_fields if name != "extra")


# vllm 0.32.0, engine/arg_utils.py: the arguments that name code to import, files to read or write, or hosts
# to talk to. They come in set-up and reference files that a stranger may have written.
_LOADS_CODE = re.compile(
    r"trust_remote_code|\w*_cls|\w*plugin\w*|logits_processors|model|tokenizer|\w*(?:_path|_dir|_file|_overrides)"
    r"|\w*_endpoint|\w*_address|master_addr|hf_token|\w*revision|\w*_extra_config|generation_config|config_format"
)
_PLAIN_WORD = re.compile(r"[A-Za-z0-9][\w+-]{0,63}")


def why_not_handed_through(name: str, value: Scalar) -> str | None:
    """Why an argument that qdoctor does not interpret is not handed to an engine; None where it is.

    Numbers, switches and plain words are. What could make the engine import code, or read a file of
    the argument's choice, is not: a dotted name, a path, an address.
    """
    if _LOADS_CODE.fullmatch(name):
        return "it could make the engine load code or files"
    if isinstance(value, str) and not _PLAIN_WORD.fullmatch(value):
        return "its value is neither a number nor a plain word"
    return None


def refuse_code(settings: EngineSettings) -> None:
    """Raise UsageError where a setup asks for an argument that is not handed through."""
    for name, value in settings.extra.items():
        why = why_not_handed_through(name, value)
        if why is not None:
            trust = "; to run code that lies beside the weights, give --trust-remote-code yourself"
            raise UsageError(
                f"The engine argument {name} is not handed through: {why}",
                where=f"engine.extra.{name}",
                next_step=f"Take it out of the setup{trust if name == 'trust_remote_code' else ''}.",
            )


def engine_arguments(setup: Setup, model_path: str, *, seed: int) -> dict[str, Any]:
    """The ``LLM`` arguments of a setup. What the setup leaves to the engine is not named."""
    settings = setup.engine
    named = {name: getattr(settings, name) for name in _HANDED_THROUGH}
    arguments = {name: value for name, value in named.items() if value is not None}
    arguments.update(settings.extra)
    arguments.update(model=model_path, seed=seed, disable_log_stats=False)
    if setup.model.weights == "dummy":
        arguments["load_format"] = "dummy"
    if not setup.sampling.detokenize:
        arguments["skip_tokenizer_init"] = True
    return arguments


def sampling_arguments(sampling: Sampling) -> dict[str, Any]:
    """The ``SamplingParams`` arguments, under vLLM's names, less the lengths."""
    return sampling.model_dump()


def workload_arguments(workload: Workload) -> dict[str, Any]:
    """The workload as the worker takes it."""
    return workload.model_dump()


def warm_up(setup: Setup) -> dict[str, Any]:
    """A short pass of the same kind, run and thrown away before an arm's first timed pass.

    As many requests as run together, so that every batch size up to that was seen, and few
    enough tokens to be short.
    """
    workload = setup.workload
    bounds = (workload.num_prompts, workload.max_concurrency, setup.engine.max_num_seqs)
    together = min(bound for bound in bounds if bound is not None)
    return workload.model_copy(
        update={
            "num_prompts": together,
            "output_len": min(workload.output_len, 8),
            "request_rate_per_s": None,
        }
    ).model_dump()
