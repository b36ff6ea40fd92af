"""Hundreds of malformed, truncated, oversized and malicious inputs for every reader.

Whatever comes in, it is read or refused in words, within ten seconds of processor time and 500 MB, and
nothing that it holds is run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.corpus import TRICKED, write_corpus
from tests.hostile.readers import READERS

ROOT = Path(__file__).parents[2]
MOST_MIB = 476
"""500 MB."""
_RUN_DIRECTORY = ("report", "plan", "request", "environment", "run", "format")
BY_PROCESS = (
    ("evidence",),
    _RUN_DIRECTORY,
    tuple(name for name in READERS if name not in (*_RUN_DIRECTORY, "evidence")),
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "all"
    folder.mkdir()
    write_corpus(folder)
    return folder


@pytest.mark.parametrize("readers", BY_PROCESS, ids=lambda readers: readers[0])
def test_every_input_is_read_or_refused(corpus: Path, readers: tuple[str, ...]) -> None:
    TRICKED.unlink(missing_ok=True)
    line = [sys.executable, "-m", "tests.hostile.reading", str(corpus), *readers]
    done = subprocess.run(line, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    told = [json.loads(line) for line in done.stdout.splitlines()]
    wrong = [one for one in told if one["outcome"] not in ("read", "refused")]
    assert wrong == []
    heaviest = max(told, key=lambda one: one["peak_mib"])
    assert heaviest["peak_mib"] < MOST_MIB, heaviest
    assert not TRICKED.exists(), "something of the corpus was run"
    for reader in readers:
        outcomes = [one["outcome"] for one in told if one["reader"] == reader]
        assert len(outcomes) >= 200
        # What was not damaged is read: a reader that refuses everything proves nothing.
        assert "read" in outcomes
