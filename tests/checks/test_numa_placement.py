from __future__ import annotations

from pathlib import Path

from doctor.schema.check import CheckResult
from tests.checks.judging import judge, machine_with

TWO_NODES = {
    "/sys/devices/system/node/online": "0-1\n",
    "/sys/devices/system/node/node0/cpulist": "0-7\n",
    "/sys/devices/system/node/node1/cpulist": "8-15\n",
}


def judge_node(node: str, cores: int, root: Path) -> CheckResult:
    files = {**TWO_NODES, "/sys/bus/pci/devices/0000:17:00.0/numa_node": f"{node}\n"}
    return judge("numa-placement", machine_with(root, "a100_sxm", files=files, cores=cores))


def test_far_cores(tmp_path: Path) -> None:
    result = judge_node("1", 8, tmp_path)
    assert result.state == "warning"
    assert result.remedy is not None
    assert result.remedy.command.startswith("numactl --cpunodebind=1 --membind=1")


def test_near_cores_all_cores_and_an_untold_node(tmp_path: Path) -> None:
    assert judge_node("0", 8, tmp_path).summary == "runs next to the GPUs"
    assert "numactl" in judge_node("0", 16, tmp_path).summary
    assert judge_node("-1", 8, tmp_path).state == "unknown"


def test_one_node_and_no_gpu(tmp_path: Path) -> None:
    assert judge("numa-placement", machine_with(tmp_path, "a100_sxm")).state == "skipped"
    assert judge("numa-placement", machine_with(tmp_path, files=TWO_NODES)).state == "skipped"
