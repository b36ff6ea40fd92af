"""One door for texts and for records: mappings and lists are walked, keys tell what stands in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, TypeVar, overload

from doctor.redaction.addresses import IP, MAC, SERIAL, UUID, redact_addresses
from doctor.redaction.names import names_a_secret
from doctor.redaction.people import HOME, HOST, USER, Identity, redact_people
from doctor.redaction.secrets import SECRET, redact_secrets

Kind = Literal[
    "secret", "user name", "host name", "home path", "serial number", "UUID", "IP address", "MAC address"
]
"""What is counted. The counts tell a reader what is missing, and how much of it."""

KINDS: dict[str, Kind] = {
    SECRET: "secret",
    USER: "user name",
    HOST: "host name",
    HOME: "home path",
    SERIAL: "serial number",
    UUID: "UUID",
    IP: "IP address",
    MAC: "MAC address",
}
# Under these keys four numbers are a version.
_VERSION_KEYS = re.compile(r"(?:^|_)(?:version|packages|release|kernel)s?$")
# Under these keys the whole text is of that kind, whatever it looks like.
_TELLING_KEYS = {
    "serial": SERIAL,
    "serial_number": SERIAL,
    "machine_id": SERIAL,
    "uuid": UUID,
    "gpu_uuid": UUID,
    "hostname": HOST,
    "host_name": HOST,
    "node_name": HOST,
    "user_name": USER,
    "username": USER,
    "login": USER,
}
_DEEPEST = 100

Value = TypeVar("Value")


@lru_cache(maxsize=1)
def this_machine() -> Identity:
    """Who runs this, and where; asked once."""
    return Identity.of_this_machine()


@overload
def redact(value: str, identity: Identity | None = None) -> tuple[str, dict[Kind, int]]: ...
@overload
def redact(
    value: Mapping[str, Value], identity: Identity | None = None
) -> tuple[dict[str, Value], dict[Kind, int]]: ...
def redact(value: object, identity: Identity | None = None) -> tuple[object, dict[Kind, int]]:
    """The text or the mapping without what must not leave the machine, and counts by kind.

    A mapping keeps its shape: keys, numbers and truth values stay, texts are redacted, and the text
    under a key that names a secret is replaced as a whole.
    """
    walk = Walk(identity or this_machine())
    redacted = walk.value(value, key="", depth=0)
    return redacted, {kind: count for kind, count in walk.counts.items() if count}


class Walk:
    """Goes through a value once and counts on the way."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self.counts: Counter[Kind] = Counter()

    def value(self, value: object, *, key: str, depth: int) -> object:
        """The value as it may leave; ``key`` is the name under which it stands."""
        if depth > _DEEPEST:  # nothing of ours nests so deep; hostile input might
            return "<too deep>"
        if isinstance(value, str):
            return self._text(value, key)
        if isinstance(value, Mapping):
            return {self.name(name): self._below(name, inner, key, depth) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self._items(value, key, depth))
        return self.other(value, depth)

    def other(self, value: object, depth: int) -> object:
        """What is neither text nor a collection: left as it is."""
        return value

    def _items(self, values: Sequence[object], key: str, depth: int) -> Iterator[object]:
        """The items; in a command line, the word after an option that names a secret is one."""
        option = ""
        for inner in values:
            yield self.value(inner, key=option or key, depth=depth + 1)
            is_option = isinstance(inner, str) and inner.startswith("--") and names_a_secret(inner)
            option = str(inner) if is_option else ""

    def _below(self, name: object, inner: object, key: str, depth: int) -> object:
        inherited = key if _VERSION_KEYS.search(key) else str(name)
        return self.value(inner, key=inherited, depth=depth + 1)

    def name(self, name: object) -> object:
        """A key as it may leave. Keys are ours, but for the paths and hosts that some are keyed by."""
        return self._text(name, "") if isinstance(name, str) and re.search(r"[/\\@.:]", name) else name

    def _text(self, text: str, key: str) -> str:
        whole = SECRET if names_a_secret(key) else _TELLING_KEYS.get(key.lower())
        if whole is not None and text:
            self.counts[KINDS[whole]] += text != whole
            return whole
        if _VERSION_KEYS.search(key.lower()) and re.fullmatch(r"[\w.+!-]{1,80}", text):
            return text
        text, secrets = redact_secrets(text)
        text, addresses = redact_addresses(text)
        text, people = redact_people(text, self._identity)
        for placeholder, count in {SECRET: secrets, **addresses, **people}.items():
            if count:
                self.counts[KINDS[placeholder]] += count
        return text
