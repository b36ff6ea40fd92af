"""Words alone: a suspicion where a thing is named, strong where compared, nothing where tried in vain."""

from __future__ import annotations

from tests.causes.judging import judged

CAUSE = "lora-enabled"


def test_named_is_a_suspicion() -> None:
    judgement = judged(CAUSE, "We serve two LoRA adapters.")
    assert (judgement.status, judgement.strength) == ("inconclusive", "configuration")


def test_compared_is_as_good_as_measured_but_never_confirmed_by_words_alone() -> None:
    judgement = judged(CAUSE, "With LoRA 6 tok/s, without LoRA 17 tok/s.")
    assert (judgement.status, judgement.strength) == ("inconclusive", "measured")
    assert judgement.plausibility > 0.8


def test_a_flag_and_a_comparison_confirm() -> None:
    judgement = judged(CAUSE, "vllm serve m/x --enable-lora\n\nExpected: 17 tok/s with the base model alone")
    assert (judgement.status, judgement.strength) == ("confirmed", "measured")


def test_tried_without_effect_excludes_in_spite_of_the_flag() -> None:
    judgement = judged(
        CAUSE, "vllm serve m/x --enable-lora\n\nI tried disabling LoRA, it made no difference."
    )
    assert judgement.status == "ruled out"
    assert "made no difference" in judgement.summary


def test_two_settings_that_differ_between_the_runs_are_a_comparison() -> None:
    text = "Observed: 40 tok/s with --dtype float32\nExpected: 90 tok/s with --dtype bfloat16"
    judgement = judged("dtype-float32", text)
    assert (judgement.status, judgement.strength) == ("confirmed", "measured")
    assert "bfloat16 in the faster run" in judgement.summary
