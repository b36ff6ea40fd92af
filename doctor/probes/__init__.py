"""One reader per subject of this machine: gpu, cpu, host, packages, limits."""
