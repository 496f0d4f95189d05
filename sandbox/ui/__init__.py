"""What the page talks to: JSON to read, JSON to act, a live socket, and controls for trouble by hand."""
