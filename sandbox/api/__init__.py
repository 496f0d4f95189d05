"""Slack's Web API: one file per family of methods. Each method is one function, done in one go."""
