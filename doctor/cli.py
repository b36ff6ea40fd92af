"""The command line. Commands are files in ``doctor/commands``; only the one asked for is imported."""

from __future__ import annotations

import importlib
import pkgutil
import signal
import sys
from pathlib import Path

import click

from doctor import __version__
from doctor.errors import QdoctorError

_COMMANDS = Path(__file__).parent / "commands"


class CommandFolder(click.Group):
    """A group whose commands are the modules of ``doctor/commands``, imported on use.

    A module ``doctor/commands/check.py`` holds a click command named ``check``.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the modules in the folder."""
        return sorted(m.name for m in pkgutil.iter_modules([str(_COMMANDS)]) if not m.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None where there is no such module."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"doctor.commands.{cmd_name}")
        command = getattr(module, cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=CommandFolder, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="qdoctor")
def cli() -> None:
    """Say why a vLLM throughput is not the published one, in tokens/s per cause."""


def main() -> None:
    """Run the command line; an error becomes one paragraph and its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = cli(standalone_mode=False)
    except QdoctorError as error:
        click.echo(f"qdoctor: {_printable(str(error))}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        click.echo("qdoctor: interrupted.", err=True)
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  (no traceback reaches a user)
        from doctor.crash import paragraph

        click.echo(_printable(paragraph(error)), err=True)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)


def _printable(text: str) -> str:
    """Names and messages of foreign files may hold control characters; a terminal would obey them."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in text)
