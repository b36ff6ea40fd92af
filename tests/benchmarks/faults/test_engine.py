"""Programs run in forks of one process; these need no engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.faults import engine
from benchmarks.faults.engine import Programs

ANSWERS = """
import json, sys
for line in sys.stdin:
    print(open(json.loads(line)).read().strip(), flush=True)
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """A stand-in for the process that holds vLLM: it answers what the program's file holds."""
    (tmp_path / "server.py").write_text(ANSWERS)
    monkeypatch.setattr(engine, "__file__", str(tmp_path / "engine.py"))
    return Programs(tmp_path)


def test_a_program_gives_the_rate_that_it_prints(programs: Programs, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text('{"status": 0, "printed": "1234.50 output tokens/s\\n"}')
    with programs:
        assert programs.run(path) == 1234.5


def test_a_program_that_fails_is_named(programs: Programs, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text('{"status": 1, "printed": ""}')
    with programs, pytest.raises(RuntimeError, match=r"program\.py ended with 1"):
        programs.run(path)
