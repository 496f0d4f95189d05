"""Containment: runs of configured actions, from their plan to their verified effect and back.

What acts touches the outside and the database alone, and takes user ids and the keys of requests, so that Slack is not
needed to contain anything. What people see is one message for each run, which follows it. Rules are in `incidents/`.
"""
