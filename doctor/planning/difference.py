"""The table of differences: every setting in which two setups differ, with both origins."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from doctor.schema.paths import EXTRA, SECTIONS, setting_paths
from doctor.schema.plan import Difference
from doctor.schema.setup import Architecture, Origin, Scalar, Setup

ARCHITECTURE = "model.architecture"


def differences(
    reference: Setup, user: Setup, factor_of: Callable[[str], str | None]
) -> tuple[Difference, ...]:
    """Every dotted path at which the two setups differ, in the order of a setup's sections.

    ``factor_of`` names the factor that carries a path; None where none does, and the
    difference is told rather than measured. The architecture is one row, in words.
    """
    mine, theirs = dict(_values(reference)), dict(_values(user))
    rows = []
    for path in [*theirs, *(path for path in mine if path not in theirs)]:
        one, other = mine.get(path), theirs.get(path)
        if not _same(one, other):
            rows.append(
                Difference(
                    path=path,
                    reference=one,
                    user=other,
                    reference_origin=_origin(reference, path),
                    user_origin=_origin(user, path),
                    factor=factor_of(path),
                )
            )
    order = {section: place for place, section in enumerate(SECTIONS)}
    return tuple(sorted(rows, key=lambda row: order[row.path.partition(".")[0]]))


def in_words(origin: Origin) -> str:
    """Where a setting came from: "published (Qwen blog)", "engine default (vLLM 0.11.0)", …"""
    return f"{origin.kind} ({origin.note})" if origin.note else origin.kind


def _values(setup: Setup) -> Iterator[tuple[str, Scalar]]:
    for path in setting_paths():
        section, name = path.split(".")
        yield path, getattr(getattr(setup, section), name)
    yield ARCHITECTURE, _architecture(setup.model.architecture)
    for name in sorted(setup.engine.extra):
        yield EXTRA + name, setup.engine.extra[name]


def _architecture(architecture: Architecture | None) -> Scalar:
    if architecture is None:
        return None
    heads = f"{architecture.num_attention_heads}/{architecture.num_key_value_heads} heads"
    return (
        f"{architecture.model_type}: {architecture.num_hidden_layers} layers of {architecture.hidden_size}, "
        f"{heads}, vocabulary {architecture.vocab_size}"
    )


def _same(one: Scalar, other: Scalar) -> bool:
    # In Python True equals 1; as settings they are different things.
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _origin(setup: Setup, path: str) -> str:
    known = setup.origins.get("model.name" if path == ARCHITECTURE else path)
    if known is not None:
        return in_words(known)
    section = path.partition(".")[0]
    if section == "engine":
        version = f" of vLLM {setup.software.version}" if setup.software.version else ""
        return f"engine default{version}"
    return "vLLM's neutral value" if section == "sampling" else "not stated"
