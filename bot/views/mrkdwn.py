"""Slack's text markup. Whatever people or alerts wrote passes `escape` before it stands in a message."""

import re
from datetime import UTC, datetime, timedelta


class Mrkdwn(str):
    """Text that is Slack markup already and must not be escaped again."""

    __slots__ = ()


def escape(text: str) -> Mrkdwn:
    """Text as data: it can neither ping anybody nor forge a link."""
    return Mrkdwn(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def unescape(text: str) -> str:
    """What a person typed, from text in which Slack escaped it (slash commands, messages)."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def line(text: str, limit: int) -> str:
    """Text on one line, cut to so many characters with an ellipsis."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def cut(markup: str, limit: int) -> Mrkdwn:
    """Markup cut to so many characters, never inside an entity or a link."""
    if len(markup) <= limit:
        return Mrkdwn(markup)
    return Mrkdwn(head(markup, limit - 1).rstrip() + "…")


def head(markup: str, limit: int) -> Mrkdwn:
    """The first characters of markup, so many or a few less: an entity or a link stays whole."""
    return Mrkdwn(re.sub(r"(<[^>]*|&[a-z]{0,3})$", "", markup[:limit]) if len(markup) > limit else markup)


def plain(markup: str) -> str:
    """What can be read in markup, for a notification."""
    spoken = re.sub(r"<[^<>|]*\|([^<>]*)>", r"\1", markup)
    spoken = re.sub(r"<@[^<>]*>", "somebody", spoken)
    spoken = re.sub(r"<#[^<>]*>", "the channel", spoken)
    return unescape(re.sub(r"<([^<>]*)>", r"\1", spoken))


def user(user_id: str | None, nobody: str = "nobody yet") -> Mrkdwn:
    """A mention of one person."""
    return Mrkdwn(f"<@{user_id}>") if user_id else escape(nobody)


def channel(channel_id: str) -> Mrkdwn:
    """A link to a channel."""
    return Mrkdwn(f"<#{channel_id}>")


def _date(moment: datetime, form: str, fallback: str) -> Mrkdwn:
    return Mrkdwn(f"<!date^{int(moment.timestamp())}^{form}|{moment.astimezone(UTC).strftime(fallback)} UTC>")


def at(moment: datetime) -> Mrkdwn:
    """The time of day in the reader's own zone."""
    return _date(moment, "{time}", "%H:%M")


def on(moment: datetime) -> Mrkdwn:
    """Day and time in the reader's own zone."""
    return _date(moment, "{date_short_pretty} {time}", "%Y-%m-%d %H:%M")


def ago(moment: datetime) -> Mrkdwn:
    """How long ago, kept fresh by the reader's own Slack."""
    return _date(moment, "{ago}", "%Y-%m-%d %H:%M")


def duration(span: timedelta) -> str:
    """A length of time in words, such as "1 h 20 min"."""
    minutes, seconds = divmod(max(int(span.total_seconds()), 0), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{days} d" * bool(days), f"{hours} h" * bool(hours), f"{minutes} min" * bool(minutes)]
    spoken = " ".join([part for part in parts if part][:2])
    return spoken or f"{seconds} s"
