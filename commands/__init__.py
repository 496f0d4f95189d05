"""What can be done to the outside world: one file per containment or evidence command."""
