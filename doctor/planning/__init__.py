"""From two setups to factors, arms, their order and their budget."""
