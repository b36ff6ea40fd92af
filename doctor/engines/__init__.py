"""The worker that holds a vLLM engine, and its driver."""
