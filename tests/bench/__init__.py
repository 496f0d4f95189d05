"""`make bench`: how fast the bot is, in round trips to a Slack that takes 100 ms a call."""
