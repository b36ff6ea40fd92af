"""The frozen records that pass between stages. Imports nothing else of ours."""
