"""One door per vendor; vendors' exceptions do not leave this folder."""
