"""The validation data against the model: what was measured on a real card lies where it is predicted."""

from __future__ import annotations

import re

import pytest

from benchmarks.predict import ablations, trace

ROW = re.compile(r"\| (?P<title>[^|]+) \| (?P<seen>\d+) \| (?P<est>\d+) \((?P<low>\d+) to (?P<high>\d+)\)")


@pytest.fixture(scope="module")
def rows() -> list[re.Match[str]]:
    return [match for line in ablations() if (match := ROW.match(line))]


def test_every_reading_of_the_h200_lies_in_its_interval(rows: list[re.Match[str]]) -> None:
    assert len(rows) == 7
    for row in rows:
        assert int(row["low"]) <= int(row["seen"]) <= int(row["high"]), row["title"]


def test_the_intervals_are_narrow_enough_to_be_missed(rows: list[re.Match[str]]) -> None:
    for row in rows:
        assert int(row["high"]) < 1.35 * int(row["low"]), row["title"]


def test_the_trace_lies_in_its_interval() -> None:
    lines, found = trace()
    assert lines[-1].endswith("yes.")
    assert found.peak_running == 128
