"""Secrets in a text: by the name they are given to, by their shape, by their place in a URL."""

from __future__ import annotations

import re
from collections.abc import Callable

from doctor.redaction.names import names_a_secret

SECRET = "<secret>"  # noqa: S105  what stands in its place

Match = re.Match[str]
Rule = tuple[re.Pattern[str], Callable[[Match], str]]

# Keys that are told by their shape, wherever they stand. The lengths are lower bounds.
_SHAPES = re.compile(
    r"\bhf_[A-Za-z0-9]{16,}\b"  # Hugging Face
    r"|\bapi_org_[A-Za-z0-9]{16,}\b"  # Hugging Face, organisations
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}\b|\bgithub_pat_\w{20,}\b"  # GitHub
    r"|\bglpat-[\w-]{16,}"  # GitLab
    r"|\bsk-[A-Za-z0-9_-]{16,}"  # OpenAI and those who copied it
    r"|\bnvapi-[\w-]{16,}"  # NVIDIA
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # AWS
    r"|\bAIza[\w-]{30,}"  # Google
    r"|\bya29\.[\w-]{20,}"  # Google, OAuth
    r"|\bxox[abeoprs]-[\w-]{10,}"  # Slack
    r"|\b(?:pypi|npm)[-_][A-Za-z0-9_-]{30,}"
    r"|\bdop_v1_[a-f0-9]{32,}\b"  # DigitalOcean
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # JSON Web Tokens
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:(?!-----END)[\s\S]){0,16384}"
    r"(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
)
_URL_PASSWORD = re.compile(r"(?P<scheme>\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://)(?P<login>[^\s/@'\"<>]{1,256})@")
_SCHEME = re.compile(r"(?P<before>\b(?:Bearer|Basic)\s+)(?P<value>[\w.~+/=-]{8,})")

_VALUE = r"(?:\"(?:[^\"\\\n]|\\.){0,4096}\"|'(?:[^'\\\n]|\\.){0,4096}'|[^\s,;&'\"<>|)}\]]{1,4096})"
# NAME=value, "name": "value", name: value, --name value, --name=value, ?name=value
_ASSIGNED = re.compile(
    rf"(?P<name>(?:--?)?\b[A-Za-z][A-Za-z0-9_.-]{{1,80}})(?P<quote>['\"]?)(?P<equals>\s?=\s?|\s?:\s?|(?<=\w)%3D)(?P<value>{_VALUE})"
)
_OPTION = re.compile(rf"(?P<name>--[a-z][a-z0-9_-]{{1,80}})(?P<equals>\s+)(?P<value>(?!-){_VALUE})")
_HEADER = re.compile(
    r"(?P<name>(?i:\b(?:proxy-)?authorization|\bx-[\w-]{0,40}-?(?:key|token)|\bcookie))(?P<equals>\s*:\s*)(?P<value>[^'\"\n]{1,4096})"
)

# What follows such a name and is no secret: nothing, a word that says there is none, a placeholder,
# a type in a signature.
_HARMLESS = re.compile(
    r"(?i)(?:<secret>|none|null|true|false|unset|empty|str|bool|string|optional(?:\[\w*\]?)?|\*+|(?-i:\$\{?[A-Z_][A-Z0-9_]*\}?)|)$"
)
_FIGURE = re.compile(r"[\d.,+-]{1,12}(?:ms|s|us|%)?$")


def redact_secrets(text: str) -> tuple[str, int]:
    """The text without its secrets, and how many were taken out."""
    count = 0

    def counted(replacement: str) -> str:
        nonlocal count
        count += 1
        return replacement

    def assigned(match: Match) -> str:
        name, value = match["name"], match["value"]
        bare = value.strip("'\"")
        if not names_a_secret(name) or _is_harmless(name, match["equals"], bare):
            return match[0]
        quote = value[0] if value[0] in "'\"" else ""
        return counted(match[0][: match.start("value") - match.start()] + quote + SECRET + quote)

    def header(match: Match) -> str:
        if _HARMLESS.match(match["value"].strip()):
            return match[0]
        return counted(match["name"] + match["equals"] + SECRET)

    def login(match: Match) -> str:
        return counted(f"{match['scheme']}{SECRET}@") if match["login"] != SECRET else match[0]

    rules: tuple[Rule, ...] = (
        (_PRIVATE_KEY, lambda match: counted(SECRET)),
        (_URL_PASSWORD, login),
        (_HEADER, header),
        (_SCHEME, lambda match: counted(match["before"] + SECRET)),
        (_SHAPES, lambda match: counted(SECRET)),
        (_OPTION, assigned),
        (_ASSIGNED, assigned),
    )
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text, count


def _is_harmless(name: str, equals: str, value: str) -> bool:
    """Reports are full of prose about tokens: "per token: 12.5 ms", "next token: the"."""
    if _HARMLESS.match(value):
        return True
    if not name.lower().endswith("token"):
        return False
    if _FIGURE.match(value):
        return True
    return name.lower() == "token" and ":" in equals and len(value) < 16
