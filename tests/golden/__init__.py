"""Stored inputs and what is made of them."""
