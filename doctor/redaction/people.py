"""Names of people and of machines, and the paths of people's homes."""

from __future__ import annotations

import getpass
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass

USER, HOST, HOME = "<user>", "<host>", "<home>"

# Names that say nothing about a person or a machine, and that are words of the field or of every log.
_COMMON = frozenset(
    """
    root user users admin administrator ubuntu debian ec2-user centos jovyan runner builder nobody default
    localhost localhost.localdomain host server node worker master head gpu cuda nvidia vllm engine docker
    container vm linux python test dev home work data app none null local main api ray torch model cpu
    auto half float16 bfloat16 distinct identical output total steady measured reference
    """.split()  # noqa: SIM905  a list of words reads best as words
)
# Homes that say nothing about who lives there.
_COMMON_HOMES = frozenset({"", "/root", "/home", "/app", "/workspace"})

_HOME_PATH = re.compile(
    r"(?P<base>(?:/home|/Users|/export/home|/nfs/home|/mnt/[a-z]/Users|\b[A-Za-z]:\\{1,2}Users)[/\\]{1,2})"
    r"(?P<name>[^\s/\\:;,'\"<>|()\[\]{}$*?]{1,64})"
)
_EMAIL = re.compile(
    r"(?<![\w.+-])(?P<name>[\w.+-]{1,64})@(?P<host>(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})(?![\w.-]*@)"
)
_PROMPT = re.compile(
    r"(?<![\w@./-])(?P<name>[a-z_][\w.-]{0,31})@(?P<host>[A-Za-z][\w.-]{0,62})(?=:[~/][^\n]{0,200}?[#$] )"
)


def at_home(path: str, home: str | None = None) -> str | None:
    """A path that was kept redacted, as it stands on this machine: the home is put in again.

    None where more than the home was taken out of it: then it cannot be found again.
    """
    rest = path.removeprefix(HOME)
    if any(placeholder in rest for placeholder in (USER, HOST, "<secret>", "<ip>", "<uuid>", "<serial>")):
        return None
    home = os.path.expanduser("~") if home is None else home  # noqa: PTH111  a text in, a text out
    return home + rest if rest != path else path


@dataclass(frozen=True)
class Identity:
    """Who runs this, and where. Names shorter than three letters or common to all are not looked for."""

    users: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    homes: tuple[str, ...] = ()

    @classmethod
    def of_this_machine(cls, environ: Mapping[str, str] = os.environ) -> Identity:
        """As the system tells it."""
        users = {environ.get(name, "") for name in ("USER", "LOGNAME", "SUDO_USER")}
        try:
            users.add(getpass.getuser())
        except (KeyError, OSError, ImportError):  # a container without a passwd entry
            users.discard("")
        hosts = {socket.gethostname(), environ.get("HOSTNAME", "")}
        hosts |= {host.partition(".")[0] for host in hosts}
        return cls(tuple(sorted(users)), tuple(sorted(hosts)), (environ.get("HOME", ""),))


def redact_people(text: str, identity: Identity) -> tuple[str, dict[str, int]]:
    """The text without them, and how many of each kind were taken out."""
    counts = {USER: 0, HOST: 0, HOME: 0}

    def counted(kind: str, replacement: str) -> str:
        counts[kind] += 1
        return replacement

    def account(match: re.Match[str]) -> str:
        if match["name"] == "git":  # git@github.com is nobody
            return match[0]
        counts[HOST] += 1
        return counted(USER, f"{USER}@{HOST}")

    for home in sorted(filter(_is_telling_path, identity.homes), key=len, reverse=True):
        text = re.sub(rf"{re.escape(home.rstrip('/'))}(?![\w.-])", lambda _: counted(HOME, HOME), text)
    text = _HOME_PATH.sub(lambda match: counted(HOME, f"{match['base']}{USER}"), text)
    text = _PROMPT.sub(account, _EMAIL.sub(account, text))
    for kind, names in ((HOST, identity.hosts), (USER, identity.users)):
        for name in sorted(filter(_is_telling, names), key=len, reverse=True):
            pattern = rf"(?<![A-Za-z0-9_<-]){re.escape(name)}(?![A-Za-z0-9_>-])"
            text = re.sub(pattern, lambda _, kind=kind: counted(kind, kind), text)  # type: ignore[misc]
    return text, counts


def _is_telling(name: str) -> bool:
    return len(name) >= 3 and name.lower() not in _COMMON and not name.isdigit()


def _is_telling_path(home: str) -> bool:
    return home.startswith("/") and home.rstrip("/") not in _COMMON_HOMES
