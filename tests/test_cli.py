from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from doctor import __version__, cli
from doctor.errors import EngineError, QdoctorError

ROOT = Path(__file__).parents[1]
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Run the command line in this process: exit code, standard output, standard error."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["qdoctor", *arguments])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        captured = capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return caught.value.code, captured.out, captured.err

    return run


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let the command ``env`` raise."""

    @click.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
    def env() -> None:
        raise error

    def command(self: object, ctx: click.Context, name: str) -> click.Command:
        return env

    monkeypatch.setattr(cli.CommandFolder, "get_command", command)


def test_version(call: Call) -> None:
    assert call("--version") == (0, f"qdoctor, version {__version__}\n", "")


def test_help_lists_every_command_of_the_folder(call: Call) -> None:
    code, out, _ = call("--help")
    assert code == 0
    commands = [path.stem for path in (ROOT / "doctor" / "commands").glob("[!_]*.py")]
    assert {"check", "reference"} <= set(commands)
    for name in commands:
        assert re.search(rf"^  {name}\s+\S", out, re.MULTILINE), f"{name} has no line of help"


@pytest.mark.parametrize("name", [path.stem for path in (ROOT / "doctor" / "commands").glob("[!_]*.py")])
def test_every_command_has_help_and_takes_dash_h(call: Call, name: str) -> None:
    code, out, err = call(name, "-h")
    assert (code, err) == (0, "")
    assert f"qdoctor {name}" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("chekc",), "No such command 'chekc'"),
        (("check", "--no-such-flag"), "No such option"),
        (("check", "--budget", "soon"), "is not a time span such as 90s, 10m or 1h"),
        (("check", "--observed", "-5"), "--observed"),
        (("check", "--observed", "nan"), "not a number to reckon with"),
        (("check", "--observed", "inf"), "not a number to reckon with"),
        (("check", "--temperature", "nan"), "not a number to reckon with"),
        (("check", "--request-rate", "1e999"), "not a number to reckon with"),
        (("check", "--observed-counts", "words"), "output"),
        (("check", "--top-p", "1.5"), "--top-p"),
        (("check", "--max-concurrency", "0"), "--max-concurrency"),
    ],
)
def test_wrong_usage_exits_2_with_a_hint_at_the_help(
    call: Call, arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert "--help' for help" in err
    assert "Traceback" not in err


def test_an_error_of_ours_is_one_paragraph_with_its_code(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    error = EngineError("It did not start", where="/usr/bin/python3", next_step="Install vLLM.")
    failing(monkeypatch, error)
    assert call("env") == (2, "", "qdoctor: It did not start (/usr/bin/python3). Install vLLM.\n")


def test_control_characters_do_not_reach_the_terminal(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, QdoctorError("bad name \x1b]0;owned\x07\x9b2J", next_step="Rename it."))
    _, _, err = call("env")
    assert err.replace("\n", "").isprintable()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_exits_130(call: Call, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    failing(monkeypatch, error)
    code, _, err = call("env")
    assert code == 130
    assert err.strip() == "qdoctor: interrupted."


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("division by zero"), MemoryError(), RecursionError("too deep"), KeyError("x")]
)
def test_a_fault_of_ours_shows_a_paragraph_and_keeps_the_traceback_in_a_file(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    failing(monkeypatch, error)
    code, out, err = call("env", "--json")
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert err.count("\n") == 1
    assert type(error).__name__ in err
    assert "fault of its own" in err
    assert "report" in err
    (details,) = tmp_path.glob("qdoctor-fault-*.txt")
    assert str(details) in err
    text = details.read_text()
    assert "Traceback (most recent call last)" in text
    assert "raise error" in text
    assert f"qdoctor {__version__}" in text
    assert "command: qdoctor env --json" in text
    assert stat.S_IMODE(details.stat().st_mode) == 0o600


def test_secrets_do_not_stay_in_that_file(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    failing(monkeypatch, ValueError("cannot read /home/jane.doe/notes"))
    call("env", "--command", "vllm serve m --api-key sk-abcdefghijklmnopqrstuvwx123456")
    (details,) = tmp_path.glob("qdoctor-fault-*.txt")
    text = details.read_text()
    assert "sk-abc" not in text
    assert "jane" not in text
    assert "ValueError" in text


def test_a_fault_where_nothing_can_be_written_is_still_a_paragraph(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    failing(monkeypatch, ZeroDivisionError())
    code, _, err = call("env")
    assert code == 2
    assert "could not be written" in err


def test_a_fault_in_redacting_keeps_the_places_and_nothing_else(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(text: str) -> tuple[str, dict[str, int]]:
        raise RuntimeError(text)

    monkeypatch.setattr("doctor.redaction.redact", broken)
    failing(monkeypatch, ValueError("hush-hush"))
    assert call("env", "--token", "hush-hush")[0] == 2
    (details,) = tmp_path.glob("qdoctor-fault-*.txt")
    text = details.read_text()
    assert "hush-hush" not in text
    assert 'test_cli.py", line' in text


def test_the_exit_code_of_a_command_is_handed_on(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def env() -> int:
        return 1

    monkeypatch.setattr(cli.CommandFolder, "get_command", lambda self, ctx, name: env)
    assert call("env")[0] == 1


def test_a_real_process_shows_no_traceback_either(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", "from doctor.cli import main; main()", "reference", "show", "no-such-run"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("qdoctor: ")
    assert "Traceback" not in done.stderr
