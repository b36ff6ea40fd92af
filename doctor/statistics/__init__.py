"""Intervals, steady state, noise floor."""
