"""YAML that people write: read with bounds, so that no file can hang, flood or surprise us."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from doctor.errors import QdoctorError
from doctor.plain_files import read_bounded

MOST_BYTES = 64 * 1024
MOST_LEVELS = 20


class _Unwelcome(yaml.YAMLError):
    """Valid YAML that has no business in a file of settings."""


class _Loader(yaml.SafeLoader):
    """Safe YAML without aliases, deep nesting, repeated keys and dates turned into objects."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._level = 0

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401 - as in PyYAML
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.events.AliasEvent):
            raise _Unwelcome(f"{_line(event)}: aliases (*name) are not allowed here")
        self._level += 1
        if self._level > MOST_LEVELS:
            raise _Unwelcome(f"{_line(event)}: nested deeper than {MOST_LEVELS} levels")
        node = super().compose_node(parent, index)
        self._level -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ANN401
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _Unwelcome(f"{_line(key)}: a key must be a plain word")
            if key.value in seen:
                raise _Unwelcome(f"{_line(key)}: {key.value[:60]!r} stands here twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


# Without its resolver a date stays the text that was written.
_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_mapping(path: Path, refuse: type[QdoctorError], *, what: str) -> dict[str, Any]:
    """The mapping that a YAML file holds.

    ``refuse`` is raised, with ``what`` the file should have been, where it cannot be read, is
    larger than 64 KiB, is not YAML, uses aliases, nests deeply or holds no mapping.
    """
    next_step = f"Give a YAML file that holds {what}"
    text = _read(path, refuse, next_step)
    try:
        content = parse_yaml(text)
    except yaml.YAMLError as error:
        raise refuse(
            f"This is not YAML that can be used: {_in_one_line(error)}", where=str(path), next_step=next_step
        ) from None
    except (ValueError, RecursionError, OverflowError):
        # A number that Python itself refuses to read, or a construct that exhausts the parser.
        raise refuse(
            "This YAML holds a value that cannot be read", where=str(path), next_step=next_step
        ) from None
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise refuse("This YAML holds no mapping of names", where=str(path), next_step=next_step)
    return content


def parse_yaml(text: str) -> Any:  # noqa: ANN401 - whatever YAML holds
    """The value of a YAML text of at most 64 KiB; raises yaml.YAMLError, ValueError, RecursionError or
    OverflowError for what a file of settings has no business to hold."""
    if len(text) > MOST_BYTES:
        raise _Unwelcome(f"larger than {MOST_BYTES // 1024} KiB")
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader, made stricter


def _read(path: Path, refuse: type[QdoctorError], next_step: str) -> str:
    try:
        content = read_bounded(path, MOST_BYTES)
    except OSError as error:
        raise refuse(
            f"This file cannot be read: {error.strerror}", where=repr(str(path))[1:200], next_step=next_step
        ) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refuse("This file is not UTF-8 text", where=str(path), next_step=next_step) from None


def _line(place: Any) -> str:  # noqa: ANN401 - a node or an event of PyYAML
    return f"line {place.start_mark.line + 1}"


def _in_one_line(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return " ".join(str(error).split())[:200]
