"""Whether the engine may run on the cores next to the GPU."""

from __future__ import annotations

from doctor.checks.framework.contract import Check, Judgement, ok, reading, skipped, unknown, warning
from doctor.checks.framework.per_gpu import NO_GPU
from doctor.schema.check import ThroughputCost
from doctor.schema.environment import Environment

_COST = ThroughputCost(
    text="18 % at batch 1 on an Ascend NPU; nothing on one GPU cluster",
    source="https://github.com/vllm-project/vllm-ascend/issues/6966 and https://github.com/vllm-project/vllm/pull/30492",
)


def _judge(environment: Environment) -> Judgement:
    if len(environment.numa_nodes) < 2:
        return skipped("one NUMA node: all memory is near")
    if not environment.gpus:
        return skipped(NO_GPU)
    near = {gpu.index: gpu.numa_node for gpu in environment.gpus if gpu.numa_node is not None}
    if not near:
        return unknown("the kernel does not tell which node the GPUs belong to")
    ours = set(environment.cpu_affinity)
    seen = tuple(
        reading(f"GPU {index}", f"node {node}", "/sys/bus/pci/devices/*/numa_node")
        for index, node in near.items()
    )
    nodes = set(near.values())
    local = {core for node in nodes for core in environment.numa_nodes.get(node, ())}
    if ours and local and not ours & local:
        wanted = ",".join(map(str, sorted(nodes)))
        return warning(
            f"this process may run only on cores away from the GPU (node {wanted})",
            *seen,
            cost=_COST,
            action="Start the engine on the GPU's node.",
            command=f"numactl --cpunodebind={wanted} --membind={wanted} vllm serve …",
        )
    if ours <= local or len(nodes) > 1:
        return ok("runs next to the GPUs", *seen)
    return ok("free to run on all nodes, the GPU's among them; numactl would keep it there", *seen)


CHECK = Check("numa-placement", "NUMA placement", "CPU and host", _judge)
