"""Tests of comparisons of checks."""
