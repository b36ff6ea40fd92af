"""Scripts that run under the engine's Python; a folder of their own, so that nothing here shadows it."""
