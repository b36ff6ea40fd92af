"""Injected faults: sound setups on the real CPU engine, spoilt on purpose, and what qdoctor makes of them.

``catalogue`` names the faults, ``draw`` draws cases from them, ``program`` writes the program that
"somebody" ran, ``engine`` runs such programs, ``truth`` measures every combination of a case's faults,
``case`` gives qdoctor what a user would give, ``score`` says how well it did.
"""
