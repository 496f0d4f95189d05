"""What comes in over HTTP beside Slack: health, readiness and metrics."""
