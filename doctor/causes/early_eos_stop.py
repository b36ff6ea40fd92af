"""Outputs end at the end-of-sequence token; the published run forced their length."""

from __future__ import annotations

from doctor.causes.contract import Case, Cause, Judgement, KnownEffect
from doctor.causes.lookup import (
    about,
    fact_of,
    main_run,
    number,
    reference_value,
    ruled_out,
    setting,
    signal,
    speaks_against,
    speaks_for,
    unknown,
)
from doctor.schema.finding import Remedy


def judge(case: Case) -> Judgement:
    """Fewer output tokens than asked, or stops counted, or the length not forced."""
    evidence = case.evidence
    run, asked = main_run(evidence), number(evidence, "workload.output_len")
    if run is not None and run.requests and run.output_tokens is not None and asked:
        mean = run.output_tokens / run.requests
        words = f"{mean:.0f} output tokens per request came, {asked:.0f} were asked"
        if 1.5 < mean < 0.95 * asked:
            return Judgement(
                "confirmed",
                f"{words}: outputs ended early.",
                (speaks_for(words, run.origin),),
                strength="arithmetic",
                factor=about(mean / asked, mean / asked, 1.0),
                would_decide="the same run with ignore_eos",
            )
        if mean >= 0.95 * asked:
            return ruled_out(f"{words}.", speaks_against(words, run.origin))
    stopped = fact_of(evidence.engine_facts, "finished_by_stop")
    if stopped is not None and isinstance(stopped.value, float) and stopped.value > 0.05:
        words = f"{stopped.value:.0%} of the requests ended by a stop, not by length"
        return Judgement(
            "confirmed",
            f"{words}.",
            (speaks_for(words, stopped.origin),),
            strength="measured",
            factor=about(0.7, 0.1, 1.0),
            would_decide="the same run with ignore_eos",
        )
    said = signal(evidence, "said_short_outputs")
    if said is not None:
        return Judgement(
            "inconclusive",
            "Outputs are said to be shorter than asked.",
            (speaks_for(f"it is said: “{said.text}”", said.origin),),
            strength="measured",
            factor=about(0.3, 0.05, 1.0),
            would_decide="the total of generated tokens and the number of requests",
            plausibility=0.9,
        )
    return _by_setting(case)


def _by_setting(case: Case) -> Judgement:
    fact = setting(case.evidence, "sampling.ignore_eos")
    if fact is not None and fact.value is True:
        return ruled_out("ignore_eos is set.", speaks_against("ignore_eos is set", fact.origin))
    if fact is not None and reference_value(case, "sampling.ignore_eos") is True:
        return Judgement(
            "inconclusive",
            "ignore_eos is off, the reference forces the length.",
            (speaks_for("ignore_eos is off", fact.origin),),
            strength="configuration",
            factor=about(0.8, 0.1, 1.0),
            would_decide="the total of generated tokens and the number of requests",
            plausibility=0.5,
        )
    return unknown("the total of generated tokens and the number of requests")


CAUSE = Cause(
    id="early-eos-stop",
    title="Outputs end before the asked length",
    family="measurement",
    needs=("delivered", "settings", "engine_facts", "signals"),
    judge=judge,
    remedy=Remedy(
        action="Force the length: --ignore-eos, or ignore_eos=True.",
        verify_command="qdoctor check --ablation early-eos",
    ),
    factor="output_length",
    effects=(
        KnownEffect(
            43 / 512,
            "43 of 512 asked tokens came",
            "https://github.com/vllm-project/vllm/issues/13333",
        ),
    ),
)
