"""Tests of the report in its three forms."""
