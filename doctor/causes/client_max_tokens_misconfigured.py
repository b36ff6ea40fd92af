"""The client asks for far fewer tokens than was meant."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    main_run,
    number,
    ruled_out,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.finding import Remedy


def judge(case: Case) -> Judgement:
    """About one output token per request."""
    run = main_run(case.evidence)
    if run is not None and run.requests and run.output_tokens is not None:
        mean = run.output_tokens / run.requests
        words = f"{run.output_tokens} output tokens for {run.requests} requests"
        asked = number(case.evidence, "workload.output_len")
        if mean <= 1.5 and (asked is None or asked > 2):
            return Judgement(
                "confirmed",
                f"{words}: the requests ask for one token each.",
                (speaks_for(words, run.origin),),
                strength="arithmetic",
                factor=about(mean / asked if asked else 0.01, 0.0005, 0.2),
                would_decide="max_tokens in a request as it is sent",
            )
        return ruled_out(f"{words}: {mean:.0f} each.", speaks_against(words, run.origin))
    said = signal(case.evidence, "said_one_token")
    if said is not None:
        return Judgement(
            "inconclusive",
            "One output token per request is said to have come.",
            (speaks_for(f"it is said: “{said.text}”", said.origin),),
            strength="arithmetic",
            factor=about(0.01, 0.0005, 0.2),
            would_decide="max_tokens in a request as it is sent",
        )
    return unknown("the total of generated tokens and the number of requests")


CAUSE = Cause(
    id="client-max-tokens-misconfigured",
    title="The client asks for hardly any tokens",
    family="client",
    needs=("delivered", "settings", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Set max_tokens (max_completion_tokens) in the request, and count what comes.",
        verify_command="vllm bench serve --model MODEL --max-concurrency 64",
    ),
    factor="output_length",
    effects=(
        KnownEffect(1 / 1024, "one of 1024 tokens", "https://github.com/vllm-project/perf-eval/pull/20"),
    ),
)
