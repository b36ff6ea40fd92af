from __future__ import annotations

import pytest

from doctor.schema.environment import Environment, Gpu
from doctor.statistics.comparable import disagreements

GPU = Gpu(index=0, name="A100", sm_clock_max_mhz=1410.0, power_limit_w=400.0, sm_clock_mhz=1200.0)
HERE = Environment(
    python_version="3.11.7",
    operating_system="Debian",
    cpus_usable=8,
    memory_total_bytes=1,
    memory_available_bytes=1,
    packages={"vllm": "0.11.2", "torch": "2.8.0", "rich": "13"},
    gpus=(GPU,),
    driver_version="550",
)


def test_the_same_machine_later_may_be_compared() -> None:
    later = HERE.model_copy(
        update={
            "memory_available_bytes": 2,
            "packages": {**HERE.packages, "rich": "14"},
            "gpus": (GPU.model_copy(update={"sm_clock_mhz": 900.0, "temperature_c": 80.0}),),
        }
    )
    assert disagreements(HERE, later) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"python_version": "3.12.1"}, "Python: 3.11.7 against 3.12.1"),
        ({"packages": {"vllm": "0.17.1", "torch": "2.8.0"}}, "vllm: 0.11.2 against 0.17.1"),
        ({"packages": {"vllm": "0.11.2"}}, "torch: 2.8.0 against unknown"),
        ({"driver_version": "560"}, "GPU driver: 550 against 560"),
        ({"cpus_usable": 4}, "usable CPU cores: 8 against 4"),
        ({"cgroup_cpu_quota": 2.0}, "cgroup CPU quota: unknown against 2.0"),
        ({"gpus": ()}, "number of GPUs: 1 against 0"),
        ({"gpus": (GPU.model_copy(update={"power_limit_w": 300.0}),)}, "power cap of GPU 0"),
        ({"gpus": (GPU.model_copy(update={"sm_clock_max_mhz": 1200.0}),)}, "SM clock limit of GPU 0"),
        ({"engine_environment": {"VLLM_USE_V1": "0"}}, "VLLM_USE_V1: unknown against 0"),
    ],
)
def test_what_forbids_comparing_is_listed(change: dict[str, object], words: str) -> None:
    (found,) = disagreements(HERE, HERE.model_copy(update=change))
    assert words in found
