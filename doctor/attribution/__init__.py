"""Exact shares, interactions, the ledger."""
