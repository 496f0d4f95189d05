"""Pure functions from what Cordon knows to what Slack draws: one file per thing seen. No I/O."""
