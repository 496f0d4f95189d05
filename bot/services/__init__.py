"""Use cases: one file each. They decide with `incidents`, commit once, and leave the rest to the journal."""
