import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views import mrkdwn
from bot.views.mrkdwn import Mrkdwn
from tests.bot.views.conftest import NOW, assert_ours, hostile

OURS = st.sampled_from(["<@U0ANN>", "<#C0ROOM>", str(mrkdwn.at(NOW)), "*", " · ", "word", "\n"])
MARKUP = st.lists(st.one_of(OURS, hostile(12).map(mrkdwn.escape)), max_size=20).map("".join)


@pytest.mark.parametrize(
    "text", ["<!channel>", "<@U1>", "<#C1>", "<https://evil.example|x>", "a & b", "&lt;"]
)
def test_what_people_write_is_data(text: str) -> None:
    escaped = mrkdwn.escape(text)
    assert_ours(escaped)
    assert mrkdwn.unescape(escaped) == text


@given(hostile(200))
def test_any_text_comes_back_as_it_was_typed(text: str) -> None:
    assert_ours(mrkdwn.escape(text))
    assert mrkdwn.unescape(mrkdwn.escape(text)) == text


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("one  two\n three\t", 20, "one two three"),
        ("12345", 5, "12345"),
        ("123456", 5, "1234…"),
        ("123 456", 5, "123…"),
        ("", 5, ""),
        ("\n \n", 5, ""),
    ],
)
def test_a_line(text: str, limit: int, line: str) -> None:
    assert mrkdwn.line(text, limit) == line


@given(hostile(300), st.integers(1, 100))
def test_a_line_is_one_and_fits(text: str, limit: int) -> None:
    line = mrkdwn.line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize(
    ("markup", "limit", "kept"),
    [
        ("short", 5, "short"),
        ("a &amp; b", 9, "a &amp; b"),
        ("a &amp; bc", 9, "a &amp; …"),
        ("a &amp; bc", 8, "a &amp;…"),
        ("a &amp; bc", 7, "a…"),
        ("a &amp; bc", 4, "a…"),
        ("hi <@U0ANN> there", 12, "hi <@U0ANN>…"),
        ("hi <@U0ANN> there", 11, "hi…"),
        ("hi <@U0ANN> there", 5, "hi…"),
    ],
)
def test_a_cut_leaves_entities_and_links_whole(markup: str, limit: int, kept: str) -> None:
    assert mrkdwn.cut(markup, limit) == kept.replace(" …", "…")


@given(MARKUP, st.integers(1, 200))
def test_no_cut_breaks_markup(markup: str, limit: int) -> None:
    kept = mrkdwn.cut(markup, limit)
    assert_ours(kept)
    assert len(kept) <= limit
    assert isinstance(kept, Mrkdwn)
    assert kept == markup or (kept.endswith("…") and markup.startswith(kept[:-1]))


@given(MARKUP, st.integers(60, 200))
def test_a_cut_loses_no_more_than_what_it_cannot_keep_whole(markup: str, limit: int) -> None:
    longest = max((len(one) for one in re.findall(r"<[^>]*>|\s+", markup)), default=5)
    assert len(mrkdwn.cut(markup, limit)) >= min(len(markup), limit - longest - 5)


@given(MARKUP, st.integers(60, 200))
def test_markup_can_be_taken_apart_and_nothing_is_lost(markup: str, limit: int) -> None:
    head = mrkdwn.head(markup, limit)
    assert_ours(head)
    assert_ours(markup[len(head) :])
    assert len(head) <= limit
    assert markup.startswith(head)


def test_what_can_be_read_in_markup() -> None:
    markup = f"*{mrkdwn.user('U0ANN')}* &amp; {mrkdwn.channel('C0ROOM')} at {mrkdwn.at(NOW)}: &lt;b&gt; <https://x.y|it>"
    assert mrkdwn.plain(markup) == "*somebody* & the channel at 09:00 UTC: <b> it"


def test_people_and_channels() -> None:
    assert mrkdwn.user("U0ANN") == "<@U0ANN>"
    assert mrkdwn.user(None) == "nobody yet"
    assert mrkdwn.user(None, "R&D") == "R&amp;D"
    assert mrkdwn.channel("C0ROOM") == "<#C0ROOM>"


def test_times_are_shown_in_each_readers_zone() -> None:
    moment = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
    stamp = int(moment.timestamp())
    assert mrkdwn.at(moment) == f"<!date^{stamp}^{{time}}|09:05 UTC>"
    assert mrkdwn.on(moment) == f"<!date^{stamp}^{{date_short_pretty}} {{time}}|2026-03-01 09:05 UTC>"
    assert mrkdwn.ago(moment) == f"<!date^{stamp}^{{ago}}|2026-03-01 09:05 UTC>"


def test_a_time_given_in_another_zone_says_utc_rightly() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    assert mrkdwn.at(elsewhere) == mrkdwn.at(NOW)


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (119, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (4800, "1 h 20 min"),
        (86400, "1 d"),
        (90061, "1 d 1 h"),
        (2 * 86400 + 300, "2 d 5 min"),
    ],
)
def test_durations_are_spoken(seconds: float, spoken: str) -> None:
    assert mrkdwn.duration(timedelta(seconds=seconds)) == spoken
