"""A pasted text as the commands in it, word by word. Nothing is ever handed to a shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from doctor.errors import UsageError

MOST_CHARACTERS = 64 * 1024
_MOST_NESTED = 3

_CONTINUED = re.compile(r"[\\`^][ \t]*\n")
_COMMENT_LINE = re.compile(r"(?m)^[ \t]*#.*$")
_COMMENT = re.compile(r"(?m)(?<=[ \t])#.*$")
_PROMPT = re.compile(r"(?m)^[ \t]*(?:[\w.@~:/-]{0,80}\$|>>?)[ \t]+")
_REDIRECTION = re.compile(r"\d{0,3}(?:>>?|<)(?:&\d)?")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,100})=(.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))")
# What word processors and chats make of quotes and of two hyphens.
_TYPOGRAPHY = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "--"})
_LONGEST_VALUE, _LONGEST_WORD = 1000, 16 * 1024
_SHELLS = frozenset(("bash", "sh", "zsh", "dash"))
_SEPARATORS = frozenset(";&|\n")


class Words(NamedTuple):
    """One command: the variables set for it, and its words."""

    environment: Mapping[str, str]
    words: tuple[str, ...]


def commands_in(text: str) -> list[Words]:
    """The commands of a pasted text, with variables that it sets itself put in.

    Raises UsageError for a text that is far too long or has a quote that never closes.
    """
    if len(text) > MOST_CHARACTERS:
        raise UsageError(
            f"The pasted command is longer than {MOST_CHARACTERS // 1024} KiB",
            where="--command",
            next_step="Paste the one command that starts vLLM.",
        )
    known: dict[str, str] = {}
    return list(_commands(text, known, depth=0))


def _commands(text: str, known: dict[str, str], depth: int) -> Iterator[Words]:
    for words in _split(text):
        environment, rest = _leading_assignments([_filled(word, known) for word in words])
        if not rest or rest[0] in ("export", "set", "declare", "local"):
            known.update(environment)
            known.update(_leading_assignments(rest[1:])[0])
            continue
        yield Words({**known, **environment}, tuple(rest))
        for inner in _handed_to_a_shell(rest):
            if depth < _MOST_NESTED:
                yield from _commands(inner, {**known, **environment}, depth + 1)


def _split(text: str) -> Iterator[list[str]]:
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TYPOGRAPHY)
    text = "".join(char if char.isprintable() or char in "\n\t" else " " for char in text)
    text = _PROMPT.sub("", _COMMENT_LINE.sub("", _CONTINUED.sub(" ", text)))
    try:
        tokens = _tokens(text)
    except ValueError:
        tokens = _tokens_without_comments(text)
    yield from _between_separators(tokens)


def _tokens(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars="".join(_SEPARATORS))
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t", True, ""
    return list(lexer)


def _tokens_without_comments(text: str) -> list[str]:
    # An apostrophe in a comment opens no quote, but shlex takes it for one.
    try:
        return _tokens(_COMMENT.sub("", text))
    except ValueError as error:
        raise UsageError(
            f"The pasted command cannot be split into words: {str(error).lower()}",
            where="--command",
            next_step="Check its quotes; in a shell, put the whole command between single quotes.",
        ) from None


def _between_separators(tokens: list[str]) -> Iterator[list[str]]:
    words: list[str] = []
    comment = redirected = False
    for token in [*tokens, "\n"]:
        if token and set(token) <= _SEPARATORS:
            if redirected and token == "&":  # noqa: S105 - the shell's 2>&1
                continue
            if words:
                yield words
            words, comment, redirected = [], comment and "\n" not in token, False
        elif redirected:
            redirected = False
        elif _REDIRECTION.fullmatch(token):
            redirected = "&" not in token
        elif comment or token.startswith("#"):
            comment = True
        else:
            words.append(token)


def _leading_assignments(words: list[str]) -> tuple[dict[str, str], list[str]]:
    found: dict[str, str] = {}
    for index, word in enumerate(words):
        match = _ASSIGNMENT.fullmatch(word)
        if match:
            found[match[1]] = match[2][:_LONGEST_VALUE]
        elif word not in ("env", "sudo", "nohup", "time", "exec", "command"):
            return found, words[index:]
    return found, []


def _filled(word: str, known: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1] or match[3]
        return known.get(name, match[2] if match[2] is not None else match[0])

    # One pass and a bound: a variable may hold another's name, and must not multiply.
    return _VARIABLE.sub(value, word)[:_LONGEST_WORD]


def _handed_to_a_shell(words: list[str]) -> Iterator[str]:
    # Between the shell and its -c may stand an image: docker run --entrypoint bash IMAGE -c "…".
    in_a_shell = False
    for index, word in enumerate(words[:-1]):
        in_a_shell = in_a_shell or word.rpartition("/")[2].rpartition("=")[2] in _SHELLS
        if in_a_shell and re.fullmatch(r"-[a-z]{0,3}c", word):
            yield words[index + 1]
            return
