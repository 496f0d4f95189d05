"""Slack's traffic, one file per feature: ack first, parse, call one use case, answer."""
