"""What is sampled while an arm runs: NVML, psutil, engine counters."""
