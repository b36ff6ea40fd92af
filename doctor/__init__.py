"""qdoctor: why a vLLM throughput differs from the published one."""

__version__ = "0.1.0"
