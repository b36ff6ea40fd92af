"""The kernels' worker, with stand-ins for torch and vLLM: what it asks them for."""

from __future__ import annotations

import runpy
import sys
from types import ModuleType
from unittest.mock import MagicMock

import pytest

from doctor.performance.calibration import KERNELS


@pytest.mark.parametrize("version", [2, 3])
def test_decode_attention_is_timed_in_the_version_that_vllm_takes_here(
    monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    attention = MagicMock()
    interface, utils = ModuleType("vllm.vllm_flash_attn"), ModuleType("fa_utils")
    monkeypatch.setattr(interface, "flash_attn_varlen_func", attention, raising=False)
    monkeypatch.setattr(utils, "get_flash_attn_version", lambda: version, raising=False)
    monkeypatch.setitem(sys.modules, "vllm.vllm_flash_attn", interface)
    monkeypatch.setitem(sys.modules, "vllm.v1.attention.backends.fa_utils", utils)
    worker = runpy.run_path(str(KERNELS))
    job = {"dtype": "bfloat16", "budget_s": 1.0, "device": "cpu"}
    torch = MagicMock()
    torch.get_num_threads.return_value = 1
    worker["Calibration"](torch, job)._paged(8, 1500, 32, 32, 128)()
    asked = attention.call_args.kwargs
    assert asked["fa_version"] == version
    assert (asked["max_seqlen_q"], asked["max_seqlen_k"]) == (1, 1500)
