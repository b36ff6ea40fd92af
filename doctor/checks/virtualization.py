"""Whether a hypervisor stands between the engine and the machine."""

from __future__ import annotations

from doctor.checks.framework.contract import NO_FIGURE, Check, Judgement, ok, reading, warning
from doctor.schema.environment import Environment

_KNOWN = {"kvm", "xen", "vmware", "virtualbox"}


def _judge(environment: Environment) -> Judgement:
    kind = environment.virtualization
    source = "/sys/class/dmi/id and the CPU's flags"
    inside = f" in a {environment.container} container" if environment.container else ""
    if kind is None:
        return ok(f"on the machine itself{inside}", reading("hypervisor", "none seen", source))
    seen = reading("hypervisor", kind, source)
    if kind == "virtualbox":
        return warning(
            f"a desktop hypervisor ({kind})",
            seen,
            cost=NO_FIGURE,
            action="Measure on the host, or on a server's hypervisor with the GPU passed through.",
        )
    # Cloud machines are virtual, and most published figures come from one: told, not held against it.
    named = kind if kind in _KNOWN else "a hypervisor that does not give its name"
    return ok(f"virtual ({named}){inside}; neighbours on the host cannot be seen", seen)


CHECK = Check("virtualization", "Virtualisation", "CPU and host", _judge)
