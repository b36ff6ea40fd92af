"""Measurements that publish figures: accuracy, coverage, cost. Not tests."""
