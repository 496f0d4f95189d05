"""What the commands stand on: their contract, how they are found, and the one door to each kind of outside."""
