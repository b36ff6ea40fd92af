"""Logs are cut to what matters, in bounded memory, without secrets."""

from __future__ import annotations

from pathlib import Path

from doctor.reporting.log_cut import HEAD, TAIL, cut_log


def cut(tmp_path: Path, lines: list[str]) -> list[str]:
    path = tmp_path / "engine.log"
    path.write_text("\n".join(lines), encoding="utf-8")
    return cut_log(path).splitlines()


def test_a_short_log_stays_whole(tmp_path: Path) -> None:
    lines = [f"line {n}" for n in range(HEAD + TAIL)]
    assert cut(tmp_path, lines) == lines


def test_a_long_one_keeps_head_tail_and_telling_lines(tmp_path: Path) -> None:
    lines = [f"line {n}" for n in range(10_000)]
    lines[5000] = "WARNING preempted by PreemptionMode"
    kept = cut(tmp_path, lines)
    assert kept[:HEAD] == lines[:HEAD]
    assert kept[-TAIL:] == lines[-TAIL:]
    place = kept.index(lines[5000])
    assert kept[place - 1] == f"[… {5000 - HEAD} lines left out …]"
    assert kept[place + 1] == f"[… {10_000 - 5001 - TAIL} lines left out …]"
    assert len(kept) == HEAD + TAIL + 3


def test_a_flood_of_warnings_is_bounded(tmp_path: Path) -> None:
    assert len(cut(tmp_path, ["WARNING again"] * 20_000)) < 3000


def test_secrets_and_controls_go_and_long_lines_are_cut(tmp_path: Path) -> None:
    kept = cut(tmp_path, ["token hf_abcdefghijklmnopqrstuvwxyz", "\x1b[31mred\x1b[0m", "x" * 100_000])
    assert "abcdefgh" not in kept[0]
    assert kept[1] == "red"
    assert len(kept[2]) < 3000
