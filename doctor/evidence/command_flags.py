"""The flags of one vLLM tool: names, values, types, as vLLM's own parsers take them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from doctor.errors import UsageError
from doctor.redaction import names_a_secret
from doctor.schema.setup import Scalar
from doctor.schema.violations import shown

Kind = Literal["count", "number", "rate", "text", "switch"]

_SHORT = {"-tp": "tensor_parallel_size", "-pp": "pipeline_parallel_size", "-dp": "data_parallel_size"}
_SHORT |= {"-q": "quantization", "-n": "n", "-cc": "compilation_config", "-sc": "speculative_config"}
_SHORT |= {"-asc": "api_server_count"}

_SWITCHES_NAMES = """
enforce_eager enable_prefix_caching enable_chunked_prefill async_scheduling ignore_eos
disable_detokenize trust_remote_code enable_lora enable_expert_parallel disable_log_stats
disable_log_requests enable_log_requests disable_custom_all_reduce use_beam_search async_engine
skip_tokenizer_init disable_sliding_window enable_auto_tool_choice save_result save_detailed
append_result disable_tqdm profile no_oversample enable_sleep_mode numa_bind
disable_hybrid_kv_cache_manager headless prequeue_requests use_v2_block_manager enable_eplb
language_model_only help insecure use_tqdm_on_load disable_cascade_attn calculate_kv_scales
enable_dbo
"""
_SWITCHES = frozenset(_SWITCHES_NAMES.split())
_NUMBER = re.compile(r"-\d|-\.\d")
_MULTIPLIERS = {"k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_MULTIPLIERS |= {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_HUMAN = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)([kKmMgGtT])")


class Flag(NamedTuple):
    """One flag as it was given. ``value`` is None for a bare switch, ``on`` False for --no-…."""

    name: str
    value: str | None
    on: bool = True

    @property
    def text(self) -> str:
        """As it may stand in a report: the value of a secret is not repeated."""
        spelt = "--" + self.name.replace("_", "-") if self.on else "--no-" + self.name.replace("_", "-")
        if self.value is None:
            return spelt
        return f"{spelt} {'…' if names_a_secret(self.name) else self.value[:120]}"


Flags = Mapping[str, Flag]
"""The flags of one call by name, with underscores as in vLLM's Python arguments."""


def read_flags(arguments: Sequence[str]) -> tuple[list[Flag], list[str]]:
    """The flags among the words, the last of each name counting, and the words that are none."""
    flags: dict[str, Flag] = {}
    others: list[str] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        if not word.startswith("-") or _NUMBER.match(word) or word in ("-", "--"):
            others.append(word)
            continue
        flag = _flag(word, words)
        flags.pop(flag.name, None)
        flags[flag.name] = flag
    return list(flags.values()), others


def _flag(word: str, following: list[str]) -> Flag:
    spelt, equals, attached = word.partition("=")
    if re.fullmatch(r"-O\d?", spelt):
        return Flag("optimization_level", spelt[2:] or attached or (following.pop(0) if following else None))
    name = _SHORT.get(spelt) or spelt.lstrip("-").replace("-", "_")
    on = True
    if name.startswith("no_") and name not in _SWITCHES:
        name, on = name[3:], False
    if equals:
        return Flag(name, attached, on)
    takes_value = bool(following) and on and not _looks_like_flag(following[0])
    if name in _SWITCHES:
        takes_value = takes_value and following[0].lower() in ("true", "false")
    return Flag(name, following.pop(0) if takes_value else None, on)


def _looks_like_flag(word: str) -> bool:
    return word.startswith("-") and len(word) > 1 and not _NUMBER.match(word)


def value_of(flag: Flag, kind: Kind) -> Scalar:
    """The flag's value as a setting holds it. Raises UsageError with flag, value and what is allowed."""
    if kind == "switch":
        return flag.on and (flag.value is None or flag.value.lower() != "false")
    if flag.value is None or not flag.value:
        raise _refused(flag, "needs a value")
    if kind == "text":
        return flag.value
    if kind == "count":
        return _count(flag, flag.value)
    number = _number(flag, flag.value)
    return None if kind == "rate" and math.isinf(number) else number


def count_of(flags: Flags, name: str) -> int | None:
    """The whole number of a flag; None where it is not given, or as a variable that was not pasted."""
    flag = flags.get(name)
    if flag is None or (flag.value is not None and "$" in flag.value):
        return None
    value = value_of(flag, "count")
    assert isinstance(value, int)
    return value


def text_of(flags: Flags, name: str) -> str | None:
    """The text of a flag; None where it is not given."""
    return flags[name].value if name in flags else None


def _count(flag: Flag, text: str) -> int:
    human = _HUMAN.fullmatch(text)
    if human:
        # vLLM's own convention: 1k is 1000, 1K is 1024.
        return int(float(human[1]) * _MULTIPLIERS[human[2]])
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise _refused(flag, "must be a whole number")
    return int(text)


def _number(flag: Flag, text: str) -> float:
    try:
        number = float(text[:40])
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise _refused(flag, "must be a number")
    return number


def _refused(flag: Flag, why: str) -> UsageError:
    given = "nothing" if flag.value is None else shown(flag.value)
    spelt = flag._replace(value=None).text
    return UsageError(
        f"{spelt}: {given} is not allowed, it {why}",
        where="--command",
        next_step="Correct the pasted command; it is read as vLLM itself would read it.",
    )
