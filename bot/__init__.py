"""The application: Slack listeners, use cases, views and the outside doors, wired in `app.py`."""

__version__ = "0.1.0"
