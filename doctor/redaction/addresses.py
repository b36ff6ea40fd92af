"""Addresses and numbers of one machine: IP, MAC, UUID, serial numbers."""

from __future__ import annotations

import ipaddress
import re

IP, MAC, UUID, SERIAL = "<ip>", "<mac>", "<uuid>", "<serial>"

_HEX = "[0-9a-fA-F]"
_UUID = re.compile(
    rf"(?<![0-9A-Za-z])(?P<prefix>(?:GPU|MIG|VGPU)-(?:GPU-)?)?{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}(?P<mig>/\d+/\d+)?(?![0-9A-Za-z])"
)
_MAC = re.compile(
    rf"(?<![0-9A-Za-z:.-])(?:{_HEX}{{2}}(?P<by>[:-]))(?:{_HEX}{{2}}(?P=by)){{4}}{_HEX}{{2}}(?![0-9A-Za-z:-])"
)
_SERIAL = re.compile(
    r"(?P<name>(?i:\b(?:serial(?:[ _]?(?:number|no\.?))?|gpu[ _]part[ _]number|machine[-_ ]id|asset[ _]tag)))"
    r"(?P<quote>['\"]?)(?P<equals>\s{0,60}[:=]\s{0,4}['\"]?)(?P<value>(?=[\w-]*\d)[\w-]{5,64})"
)
_IPV4 = re.compile(r"(?<![\w.])(?P<ip>\d{1,3}(?:\.\d{1,3}){3})(?!\.?\w)(?P<length>/\d{1,2})?")
_IPV6 = re.compile(
    rf"(?<![\w:.])(?P<ip>(?:{_HEX}{{1,4}}|:)?:(?:{_HEX}{{0,4}}:){{0,7}}{_HEX}{{0,4}})(?:%\w{{1,20}})?(?![\w:])"
)
# AWS and others build the address into the host's name.
_IP_NAME = re.compile(r"\bip-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}\b(?:\.[\w-]+\.(?:internal|amazonaws\.com))?")

# Before four numbers these say that a version follows: "==", ">=", "@", "version", "driver", "v" …
_VERSION_BEFORE = re.compile(
    r"(?i)(?:[=<>~!]=|\bversions?['\"]?\s{0,40}[:=]?\s{0,4}['\"]?|\b(?:driver|cuda|cudnn|nccl|cublas|release|build|toolkit|firmware|vbios)['\"]?[\s:=/]{1,40}['\"]?v?|\bv\.?\s?)$"
)
# A line of "pip list" or "pip freeze", and of a mapping of packages: a distribution, then the figure alone.
_PACKAGE_BEFORE = re.compile(
    r"(?:^|[\n,{])\s{0,40}['\"]?(?P<name>[A-Za-z][\w.-]{1,80})['\"]?\s{0,60}[ :]\s{0,60}['\"]?$"
)
_PACKAGE_NAME = re.compile(
    r"(?i)nvidia|cuda|cudnn|cublas|nccl|driver|vllm|torch|triton|tensorrt|python|pip|onnx|intel|cusparse|nvshmem|cutlass|version"
)


def redact_addresses(text: str) -> tuple[str, dict[str, int]]:
    """The text without them, and how many of each kind were taken out."""
    counts = {UUID: 0, SERIAL: 0, MAC: 0, IP: 0}

    def counted(kind: str, replacement: str | None = None) -> str:
        counts[kind] += 1
        return kind if replacement is None else replacement

    def ipv4(match: re.Match[str]) -> str:
        if not _is_personal(match["ip"]) or _is_version(match.string, match.start()):
            return match[0]
        return counted(IP, IP + (match["length"] or ""))

    def ipv6(match: re.Match[str]) -> str:
        return counted(IP) if _is_ipv6(match["ip"]) else match[0]

    text = _UUID.sub(lambda match: counted(UUID, (match["prefix"] or "") + UUID), text)
    text = _SERIAL.sub(
        lambda match: counted(SERIAL, match["name"] + match["quote"] + match["equals"] + SERIAL), text
    )
    text = _MAC.sub(lambda _: counted(MAC), text)
    text = _IP_NAME.sub(lambda _: counted(IP), text)
    text = _IPV4.sub(ipv4, text)
    return _IPV6.sub(ipv6, text), counts


def _is_personal(address: str) -> bool:
    """Whether it names a machine: 127.0.0.1 and 0.0.0.0 name every machine, so they stay."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return not (parsed.is_loopback or parsed.is_unspecified)


def _is_version(text: str, start: int) -> bool:
    before = text[max(0, start - 160) : start]
    if _VERSION_BEFORE.search(before):
        return True
    package = _PACKAGE_BEFORE.search(before)
    return package is not None and _PACKAGE_NAME.search(package["name"]) is not None


def _is_ipv6(address: str) -> bool:
    """C++ writes ``c10::add`` and clocks write 12:30:59; addresses are longer or of a known range."""
    if not _is_personal(address):
        return False
    groups = [group for group in address.split(":") if group]
    return len(groups) >= 4 or bool(re.match(r"(?i)(?:fe80|f[cd][0-9a-f]{2}|2[0-9a-f]{3}):", address))
