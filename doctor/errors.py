"""The one tree of errors. Each says what happened, where, and what to do next.

The command line prints an error as one paragraph and exits with its code; no
traceback reaches a user. The exit codes are a contract:

====  ==============================================================
code  meaning
====  ==============================================================
0     no gap beyond noise
1     a gap was found
2     wrong usage, a broken environment, or an engine failure
130   interrupted (Ctrl-C); what was measured is kept
====  ==============================================================
"""

from __future__ import annotations


class QdoctorError(Exception):
    """Something the user can act on.

    ``what`` happened, ``where`` (a file, an option, a process; may be empty) and
    what to do ``next_step``.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", next_step: str) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.what}{place}. {self.next_step}"


class UsageError(QdoctorError):
    """The command line or a set-up file asks for something that cannot be."""


class ReferenceRunError(QdoctorError):
    """A reference run is unknown, malformed, or cannot serve as a target."""


class InputError(QdoctorError):
    """A file given as evidence cannot be read as what it claims to be."""


class MachineError(QdoctorError):
    """This machine or its packages cannot do what was asked."""


class EngineError(QdoctorError):
    """The engine could not be imported, started, or kept running."""


class RunDirectoryError(QdoctorError):
    """A run directory is locked, unwritable, or of another version."""
