"""`vllm bench throughput` runs 1024/128 although other lengths were asked."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    main_run,
    number,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.ablation import Ablation
from doctor.schema.evidence import Delivered, Evidence
from doctor.schema.finding import Remedy

DEFAULT_INPUT, DEFAULT_OUTPUT = 1024, 128
"""Defaults of --random-input-len and --random-output-len in vllm/benchmarks/datasets (0.32.0)."""

_SLACK = 0.02
"""Random prompts come out a token or so longer (a BOS token, re-tokenisation)."""


def judge(case: Case) -> Judgement:
    """Delivered lengths are the data set's defaults, and the command asked for others."""
    evidence = case.evidence
    run, warned = main_run(evidence), _warned(evidence)
    asked_in, asked_out = number(evidence, "workload.input_len"), number(evidence, "workload.output_len")
    if run is None or not run.requests or not _tokens(run):
        return warned or unknown(
            "the lines 'Total num prompt tokens' and 'Total num output tokens' of the run"
        )
    total = _tokens(run)
    per_request = total / run.requests
    if abs(per_request / (DEFAULT_INPUT + DEFAULT_OUTPUT) - 1) > _SLACK:
        words = f"{per_request:.0f} tokens per request were delivered, not 1152"
        return ruled_out(f"{words}.", speaks_against(words, run.origin))
    if asked_in is None and asked_out is None:
        words = f"{total} tokens for {run.requests} requests: 1152 each, the defaults of the random data set"
        found = speaks_for(words, run.origin)
        if warned is not None:
            summary = f"{words}, although others were given: --input-len is not used by that data set."
            return Judgement("confirmed", summary, (found, *warned.lines), strength="arithmetic")
        return Judgement(
            "inconclusive", f"{words}.", (found,), "warning", would_decide="the command that was run"
        )
    if (asked_in or DEFAULT_INPUT) == DEFAULT_INPUT and (asked_out or DEFAULT_OUTPUT) == DEFAULT_OUTPUT:
        return ruled_out("The command asked for 1024/128.", speaks_against("1024/128 was asked", run.origin))
    lines = [speaks_for(f"{run.requests} requests delivered {_split(run)}", run.origin)]
    if fact := setting(evidence, "workload.output_len"):
        lines.append(
            speaks_for(f"the command asked for {asked_in or 0:.0f}/{asked_out or 0:.0f}", fact.origin)
        )
    ratio = DEFAULT_OUTPUT / asked_out if asked_out else 1.0
    return Judgement(
        "confirmed",
        f"The command asked for {asked_in or 0:.0f} tokens in and {asked_out or 0:.0f} out; the run did 1024 "
        "and 128: --input-len and --output-len are not used by the random data set.",
        tuple(lines),
        strength="arithmetic",
        factor=about(min(ratio, 1 / ratio)),
    )


def _warned(evidence: Evidence) -> Judgement | None:
    """By vLLM's own warning, printed where --input-len or --output-len was given for this data set."""
    said = signal(evidence, "random_length_preferred")
    if said is None:
        return None
    return Judgement(
        "inconclusive",
        "vLLM warns that the lengths given are not the ones that ran.",
        (speaks_for(f"“{said.text}”", said.origin),),
        strength="warning",
        would_decide="the lines 'Total num prompt tokens' and 'Total num output tokens' of the run",
        plausibility=0.6,
    )


def _tokens(run: Delivered) -> int:
    """Prompt and output tokens together, split or not."""
    return run.total_tokens or (run.prompt_tokens or 0) + (run.output_tokens or 0)


def _split(run: Delivered) -> str:
    if run.prompt_tokens is None or run.output_tokens is None:
        return f"{_tokens(run)} tokens in all"
    return f"{run.prompt_tokens} prompt and {run.output_tokens} output tokens"


CAUSE = Cause(
    id="random-length-trap",
    title="The benchmark ran 1024/128 instead of the asked lengths",
    family="measurement",
    needs=("delivered", "settings"),
    judge=judge,
    remedy=Remedy(
        action="Give the lengths as --random-input-len and --random-output-len.",
        verify_command="qdoctor check --ablation random-length-trap",
    ),
    factor="output_length",
    ablations=(
        Ablation(
            id="random-length-trap",
            title="1024 in, 128 out",
            cause="random-length-trap",
            factor="output_length",
            changes={"workload.input_len": DEFAULT_INPUT, "workload.output_len": DEFAULT_OUTPUT},
        ),
    ),
    effects=(
        KnownEffect(
            128 / 1000,
            "output tokens per request, where 1000 were asked",
            "vllm 0.32.0, vllm/benchmarks/throughput.py",
        ),
    ),
)
