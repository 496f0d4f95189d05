"""Block Kit as far as this workspace draws it: what is allowed, and what a person typed into it."""
