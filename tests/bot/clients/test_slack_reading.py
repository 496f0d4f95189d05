from bot.clients.slack import SlackWorkspace
from incidents.ports import File, Message, Written
from tests.bot.clients.conftest import Desk


async def test_a_message_is_read_as_it_is_now(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    ann = desk.sandbox.person("ann")
    first = await ann.say(room, "One & two")
    await ann.say(room, "Later")
    assert await slack.message_at(room, first) == Written(ann.id, "One &amp; two", own=False, files=[])
    await ann.edit(desk.sandbox.workspace.channel(room).messages[first], "Three")
    now = await slack.message_at(room, first)
    assert now is not None
    assert now.text == "Three"


async def test_a_reply_in_a_thread_is_read(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    ann = desk.sandbox.person("ann")
    first = await ann.say(room, "A question")
    reply = await ann.say(room, "The answer", thread_ts=first)
    found = await slack.message_at(room, reply)
    assert found is not None
    assert found.text == "The answer"


async def test_what_is_not_there_is_not_its_neighbour(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    ann = desk.sandbox.person("ann")
    ts = await ann.say(room, "Gone in a moment")
    await ann.delete(desk.sandbox.workspace.channel(room).messages[ts])
    assert await slack.message_at(room, ts) is None


async def test_the_bots_own_messages_are_known(slack: SlackWorkspace, room: str) -> None:
    ts = await slack.post(room, Message("hello"), key="k")
    own = await slack.message_at(room, ts)
    assert own is not None
    assert own.own


async def test_attached_files_are_named(desk: Desk, slack: SlackWorkspace, room: str) -> None:
    await slack.share(room, [File("a.md", "A title", "x")], comment="")
    ts = list(desk.sandbox.workspace.channel(room).messages)[-1]
    found = await slack.message_at(room, ts)
    assert found is not None
    assert found.files == ["A title"]
