"""What an incident is: pure rules, no I/O, no clock, no await."""
