"""What a GPU should reach: memory, scheduler replay, kernel curves."""
