"""Other stages' sentences in Chinese: figures kept, hostile texts left alone, no time lost."""

from __future__ import annotations

import time

from doctor.reporting.language import PageWords, Words
from doctor.reporting.sentences import patterns

ZH = Words("zh")


def test_a_known_sentence_keeps_its_figures() -> None:
    assert ZH("the budget of 180 s was spent") == "180 s 的预算已用完"
    assert Words("en")("the budget of 180 s was spent") == "the budget of 180 s was spent"


def test_values_are_told_again_where_they_are_known() -> None:
    told = ZH(
        "The remaining gap is 149.4 output tok/s (13.0 %); the published setup cannot be measured here, "
        "since this machine has no GPU."
    )
    assert "149.4 output tok/s" in told
    assert "本机没有 GPU" in told


def test_several_sentences_are_told_again_only_if_all_are_known() -> None:
    both = "Measured, factor 0.51 on the rate (0.48 to 0.55). Whether the user's run has it is not known."
    assert ZH(both).count("。") == 2
    strange = "Measured, factor 0.51 on the rate (0.48 to 0.55). Something else entirely."
    assert ZH(strange) == strange


def test_the_more_telling_pattern_wins() -> None:
    told = ZH("Measured, factor 1.01 on the rate (0.99 to 1.03): no effect is within the interval.")
    assert "无影响" in told


def test_markup_in_values_is_escaped_and_braces_are_text() -> None:
    both = PageWords()("Not measured: <b>{x}</b>.")
    assert "<b>" not in both
    assert "{x}" in both


def test_every_pattern_has_a_translation_and_finds_itself() -> None:
    for pattern in patterns():
        filled = pattern.text.format(**{name: f"v{place}" for place, name in enumerate(pattern.names)})
        assert ZH(filled) != filled, pattern.text


def test_no_text_takes_long() -> None:
    begun = time.process_time()
    for text in ("Measured, " * 50_000, "arm " * 100_000, "{" * 100_000, "On a replica, " + "x (" * 190):
        ZH(text)
    assert time.process_time() - begun < 2.0
