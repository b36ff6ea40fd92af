"""One file per cause of low throughput."""
