from hypothesis import given

from bot.views import readable
from tests.bot.views.conftest import hostile


def test_markup_becomes_words() -> None:
    markup = (
        "<@U0ANN> and <@U0BOB|bobby> of <#C0ROOM|room> &amp; <#C0X> saw <https://x.example/a?b=1&amp;c|the page>,"
        " <https://y.example>, <!here>, <!subteam^S1|@oncall>, <!date^1^{ago}|2026-01-01 UTC> &lt;b&gt;"
    )
    assert readable.words(markup, {"U0ANN": "ann"}) == (
        "@ann and @bobby of #room & #C0X saw the page (https://x.example/a?b=1&c),"
        " https://y.example, @here, @oncall, 2026-01-01 UTC <b>"
    )
    assert readable.people_in(markup) == ["U0ANN", "U0BOB"]


@given(hostile(200))
def test_anything_can_be_read(markup: str) -> None:
    assert isinstance(readable.words(markup, {}), str)
