"""The summary fits a small terminal, with and without colour and Unicode."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from doctor.cli import cli
from doctor.reporting.language import LANGUAGES, Language
from doctor.reporting.terminal import print_summary, summary_lines
from doctor.reporting.terminal.lines import LINES, ROOM
from doctor.reporting.text_waterfall import columns, fitted
from tests.reporting import rendering
from tests.reporting.samples import DOCUMENTS, gpu_measured, hostile


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("width", [60, 80, 110])
@pytest.mark.parametrize("language", LANGUAGES)
def test_fits(name: str, *, unicode: bool, width: int, language: Language) -> None:
    lines = summary_lines(rendering.document(name), width=width, unicode=unicode, language=language)
    assert len(lines) <= ROOM
    for text, _ in lines:
        assert columns(text) <= width, text
        assert "\n" not in text
        assert unicode or text.isascii()


def printed(*, colour: bool, encoding: str) -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    console = Console(
        file=out,
        width=80,
        force_terminal=colour,
        color_system="standard" if colour else None,
        legacy_windows=False,
    )
    print_summary(gpu_measured(), console)
    out.seek(0)
    return out.read()


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_colour_follows_the_console(encoding: str) -> None:
    assert "\x1b[" in printed(colour=True, encoding=encoding)
    assert "\x1b[" not in printed(colour=False, encoding=encoding)


def test_names_the_verdict_the_ledger_and_the_fixes() -> None:
    text = printed(colour=False, encoding="utf-8")
    for part in ("87.0", "As printed", "2298.89", "enforce_eager", "1. Give the KV cache", "qdoctor check"):
        assert part in text


def test_hostile_names_do_not_reach_the_terminal() -> None:
    text = "\n".join(line for line, _ in summary_lines(hostile(), width=80, unicode=True))
    assert not any(ord(c) < 0x20 and c != "\n" for c in text)
    assert "\u202e" not in text


def test_wide_characters_count_twice() -> None:
    assert columns("差距 1") == 6
    assert columns(fitted("差距账目", 5)) == 5


def test_no_color_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = io.StringIO()
    print_summary(gpu_measured(), Console(file=out, width=80, force_terminal=True, legacy_windows=False))
    # Bold and underline are no colours; 30 to 49 and 90 to 107 are.
    codes = {
        int(code) for run in re.findall(r"\x1b\[([\d;]*)m", out.getvalue()) for code in run.split(";") if code
    }
    assert not {code for code in codes if 30 <= code <= 49 or 90 <= code <= 107}


def test_a_whole_check_fits_a_small_terminal(tmp_path: Path) -> None:
    asked = ["--reference", "qwen1.5-7b-chat-a100-80g", "--observed", "1000", "--ablation", "none"]
    done = CliRunner().invoke(
        cli, ["check", *asked, "--output", str(tmp_path / "run")], catch_exceptions=False
    )
    assert len(done.output.splitlines()) <= LINES
