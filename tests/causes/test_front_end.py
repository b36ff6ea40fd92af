"""LLM.generate's two progress bars: adding requests against processing them."""

from __future__ import annotations

import pytest

from doctor.causes.contract import Case
from doctor.causes.front_end import time_of_adding
from tests.causes.judging import judged
from tests.evidence.reading_text import read

SLOW = (
    "Adding requests: 100%|██████████| 64/64 [00:01<00:00, 50.00it/s]\n"
    "Processed prompts: 100%|██████████| 64/64 [00:00<00:00, 640.00it/s, est. speed input: 8e5 toks/s]\n"
)
FAST = SLOW.replace("50.00it/s", "9000.00it/s").replace("640.00it/s", "1.00s/it")


def test_the_bars_give_both_times() -> None:
    found = time_of_adding(Case(read(SLOW)))
    assert found is not None
    share, words, _ = found
    # 64 / 50 = 1.28 s of adding, 64 / 640 = 0.1 s of processing.
    assert share == pytest.approx(1.28 / 1.38)
    assert words == "adding the requests took 1.3 s, processing them 0.1 s"


def test_a_small_share_is_none() -> None:
    assert time_of_adding(Case(read(FAST))) is None


def test_with_images_it_is_their_preparation_and_without_the_tokenizer() -> None:
    images = f"64 images in a batch\n```\n{SLOW}```\n"
    assert judged("mm-preprocessing", images).status == "confirmed"
    assert judged("slow-tokenizer", images).status != "confirmed"
    assert judged("slow-tokenizer", SLOW).status == "confirmed"
    assert judged("mm-preprocessing", SLOW).status == "inconclusive"
