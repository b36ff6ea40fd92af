"""A pasted vLLM command as settings: what the run really had, and which flag set it.

The command is never executed; it is split into words as a shell would and read as vLLM would.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from doctor.errors import UsageError
from doctor.evidence.command_flags import Flags, read_flags
from doctor.evidence.command_lengths import delivered_lengths
from doctor.evidence.command_settings import LENGTH_FLAGS, Setting, settings_of
from doctor.evidence.command_tools import Call, find_call, version_told
from doctor.evidence.command_traits import fixed_by_tool, notes_on
from doctor.evidence.command_words import commands_in
from doctor.schema.command import Command, Tool
from doctor.schema.paths import refusal
from doctor.schema.setup import Origin, Scalar
from doctor.schema.violations import shown

_MOST_UNREAD = 40


def parse_command(text: str, version: str | None = None) -> Command:
    """What a pasted command sets.

    ``vllm bench throughput``, ``benchmark_throughput.py``, ``vllm serve`` and ``vllm bench
    serve`` are read, with variables, ``docker run``, line continuations and a server together
    with its client. ``version`` is that of vLLM, where it is known; an image's tag may tell it
    too. The lengths are those delivered, which since 0.14.0 are not always those asked for.
    Raises UsageError where no such tool is started or a value cannot be.
    """
    commands = commands_in(text)
    calls = [call for one in commands if (call := find_call(one.words, one.environment))]
    if not calls:
        raise UsageError(
            "There is no vLLM command in what was pasted",
            where="--command",
            next_step="Paste a call of vllm bench throughput, vllm bench serve, vllm serve or their scripts.",
        )
    told = next((found for one in commands if (found := version_told(one.words))), None)
    used, skipped = _one_of_each(calls)
    parts = [_read(call, version or told) for call in used]
    overrides = _merged(parts)
    if told:
        origin = Origin(kind="user", note="the image's tag or the pinned package")
        overrides["software.version"] = (told[:100], origin)
    return Command(
        tools=tuple(call.tool for call in used),
        entry="LLM" if used[0].tool in ("vllm bench throughput", "benchmark_throughput.py") else "server",
        overrides=overrides,
        asked={path: value for part in parts for path, value in part.asked.items()},
        environment={name: value for call in used for name, value in call.environment.items()},
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        unread=tuple(dict.fromkeys((*skipped, *(line for part in parts for line in part.unread))))[
            :_MOST_UNREAD
        ],
    )


def _one_of_each(calls: Sequence[Call]) -> tuple[list[Call], list[str]]:
    # An offline benchmark is the whole run; otherwise a server and a client belong together.
    kept: dict[Tool, Call] = {}
    skipped = []
    offline = [call for call in calls if call.tool in ("vllm bench throughput", "benchmark_throughput.py")]
    for call in calls:
        if call.tool in kept or (offline and call is not offline[0]):
            skipped.append(f"a further {call.tool}: only one run is read")
        else:
            kept[call.tool] = call
    return sorted(kept.values(), key=lambda call: call.tool != "vllm serve"), skipped


def _read(call: Call, version: str | None) -> Command:
    given, others = read_flags(call.arguments)
    flags = {flag.name: flag for flag in given}
    lengths = delivered_lengths(call.tool, flags, version)
    found = list(settings_of(call.tool, flags))
    settings = [
        *fixed_by_tool(call.tool, flags, version),
        *(one for one in found if isinstance(one, Setting)),
        *lengths.settings,
        *_model(call.tool, flags, others),
    ]
    return Command(
        tools=(call.tool,),
        entry="server",
        overrides={one.path: _override(one) for one in settings},
        asked=lengths.asked,
        notes=(*lengths.notes, *notes_on(call.tool, flags, version)),
        unread=(*(one for one in found if isinstance(one, str)), *_open_lengths(flags)),
    )


def _override(setting: Setting) -> tuple[Scalar, Origin]:
    why = refusal(setting.path, setting.value)
    if why is not None:
        raise UsageError(
            f"{setting.path}: {shown(setting.value)} is not allowed, it {why}",
            where=f"--command, {setting.flag[:200]}",
            next_step="Correct the pasted command; it is read as vLLM itself would read it.",
        )
    return setting.value, Origin(kind="user", note=setting.flag)


def _model(tool: Tool, flags: Flags, others: Sequence[str]) -> Iterator[Setting]:
    named = flags.get("model") or flags.get("model_tag")
    if named is not None and named.value and "$" not in named.value:
        yield Setting("model.name", named.value, named.text)
    elif tool == "vllm serve" and others and "$" not in others[0]:
        yield Setting("model.name", others[0], "the argument of vllm serve")


def _open_lengths(flags: Flags) -> Iterator[str]:
    for name in sorted(LENGTH_FLAGS & set(flags)):
        if "$" in (flags[name].value or ""):
            yield f"{flags[name].text}: holds a shell variable whose value was not pasted"


def _merged(parts: Sequence[Command]) -> dict[str, tuple[Scalar, Origin]]:
    # The server comes first and its word on the model stands.
    merged: dict[str, tuple[Scalar, Origin]] = {}
    for part in parts:
        for path, override in part.overrides.items():
            merged.setdefault(path, override)
    return merged
