"""The validation data against the model: what was measured on a real card lies where it is predicted."""

from __future__ import annotations

import re

import pytest

from benchmarks.predict import CHECKS, ablations, trace

ROW = re.compile(r"\| (?P<title>[^|]+) \| (?P<seen>\d+) \| (?P<est>\d+) \((?P<low>\d+) to (?P<high>\d+)\)")


READINGS = {"qwen1.5-7b-h200.html": 7, "qwen1.5-7b-h100.html": 4, "qwen2.5-7b-h100.html": 5}


@pytest.fixture(scope="module", params=CHECKS, ids=lambda check: check[0])
def rows(request: pytest.FixtureRequest) -> list[re.Match[str]]:
    found = [match for line in ablations(*request.param) if (match := ROW.match(line))]
    assert len(found) == READINGS[request.param[0]]
    return found


def test_every_reading_lies_in_its_interval(rows: list[re.Match[str]]) -> None:
    for row in rows:
        assert int(row["low"]) <= int(row["seen"]) <= int(row["high"]), row["title"]


def test_the_intervals_are_narrow_enough_to_be_missed(rows: list[re.Match[str]]) -> None:
    for row in rows:
        if row["title"] != "Eager mode":  # what the host costs there is known to a factor of two only
            assert int(row["high"]) < 1.4 * int(row["low"]), row["title"]


def test_the_trace_lies_in_its_interval() -> None:
    lines, found = trace()
    assert lines[-1].endswith("yes.")
    assert found.peak_running == 128
