"""Declaring an incident, as people do it."""

import re

import pytest

from tests.acceptance.town import COMMON, Town

PHASES = [
    "Contain",
    "Preserve evidence",
    "Classify",
    "Triage and notify",
    "Turn it into a regression",
    "Follow-up",
]


async def test_a_declaration_opens_a_channel_with_everything_in_it(any_town: Town) -> None:
    town = any_town
    channel = await town.declare("sev1 Agent leaks customer data")

    assert channel.name == "inc-1-agent-leaks-customer-data"
    names = {town.sandbox.workspace.user(user).name for user in channel.members}
    assert {"ann", "bob", "cyd"} <= names, "the reporter and the members of @oncall are invited"
    assert "dee" not in names
    assert channel.topic.startswith("SEV1 · 📢 Declared · INC-1 · Agent leaks customer data")
    assert [bookmark.title for bookmark in channel.bookmarks.values()] == ["All incidents", "Card"]
    messages = town.messages(channel)
    assert len(messages) == 2 + len(PHASES)
    card, notification, *checklists = messages
    assert channel.pins == [card.ts]
    assert "SEV1 · INC-1 · Agent leaks customer data" in card.words
    assert "Incident:* Agent leaks customer data" in notification.words
    assert [re.search(r"\*\d · (.+)\*", phase.words)[1] for phase in checklists] == PHASES  # type: ignore[index]
    live = town.message(COMMON, "INC-1")
    assert f"<#{channel.id}>" in live.words
    assert "Commander nobody yet" in live.words
    assert list(channel.bookmarks.values())[1].link.endswith(
        f"/archives/{channel.id}/p{card.ts.replace('.', '')}"
    )


async def test_who_declares_is_answered_at_once_and_alone(any_town: Town) -> None:
    channel = await any_town.declare()
    whisper = await any_town.until_whisper("ann", COMMON, "is declared")
    assert "SEV1 · INC-1" in whisper.words
    way_in = await any_town.until_whisper("ann", COMMON, "go to")
    assert f"<#{channel.id}>" in way_in.words
    assert not [m for m in any_town.person("bob").sees(COMMON) if m.ephemeral]


async def test_incidents_are_numbered_and_a_taken_name_gets_a_suffix(town: Town) -> None:
    await town.person("bob").create_channel("inc-1-same-words")
    await town.person("ann").slash(COMMON, "/incident declare sev2 Same words")
    await town.sandbox.until(lambda: town.sandbox.workspace.named("inc-1-same-words-2"))
    await town.cordon.idle()
    second = await town.declare("sev3 Something else")
    assert second.name == "inc-2-something-else"


async def test_the_form_declares_too_and_says_what_is_missing(any_town: Town) -> None:
    town, ann = any_town, any_town.person("ann")
    await ann.slash(COMMON, "/incident declare")
    view = await ann.until_view()
    ack = await ann.submit(
        view, {"title": "   ", "severity": "SEV2", "playbook": "child-safety", "summary": "Seen by a parent"}
    )
    assert "errors" in ack.body, "a title of blanks is refused under its field"
    assert ann.view is not None
    await ann.submit(ann.view, {"title": "Bot swears", "severity": "SEV2", "playbook": "child-safety"})
    channel = await town.sandbox.until(lambda: town.sandbox.workspace.named("inc-1-bot-swears"))
    await town.cordon.idle()
    assert "0/" in town.message(channel, "*1 · ").words
    assert "Seen by a parent" in town.message(COMMON, "INC-1").words


async def test_words_without_a_severity_open_the_form_with_them(town: Town) -> None:
    ann = town.person("ann")
    await ann.slash(COMMON, "/incident declare Agent deletes files")
    view = await ann.until_view()
    assert "Agent deletes files" in str(view.blocks)
    assert not town.calls("conversations.create")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            "sev9 Agent leaks",
            'I don\'t know the severity "sev9". This workspace has SEV0, SEV1, SEV2, SEV3 and SEV4.',
        ),
        ("sev1 " + "x" * 200, "The title has 200 characters and 120 fit."),
        ("sev1 Leak --playbook nope", 'I don\'t know the playbook "nope"'),
        ("sev1 Leak --playbook", "--playbook needs a name"),
        ("sev1 Leak --loud", "I don't know --loud"),
        ("sev1 Leak —page", "--page is for drills"),
    ],
)
async def test_a_mistake_is_answered_in_words_and_declares_nothing(town: Town, words: str, said: str) -> None:
    await town.person("ann").slash(COMMON, f"/incident declare {words}")
    await town.until_whisper("ann", COMMON, said)
    await town.cordon.idle()
    assert not town.calls("conversations.create")


async def test_after_a_bad_severity_one_press_goes_on_with_the_same_words(town: Town) -> None:
    ann = town.person("ann")
    await ann.slash(COMMON, "/incident declare sev9 Agent leaks keys")
    answer = await town.until_whisper("ann", COMMON, "Your text is kept")
    await ann.click(answer, "declare.retry")
    channel = await town.sandbox.until(lambda: town.sandbox.workspace.named("inc-1-agent-leaks-keys"))
    await town.cordon.idle()
    assert "SEV1" in channel.topic


async def test_a_hostile_title_pings_nobody_and_forges_no_link(town: Town) -> None:
    channel = await town.declare("sev1 <!channel> <https://evil.example|click> *bold* & </x> @here")
    for message in [*town.messages(channel), *town.messages(COMMON)]:
        assert "<!channel>" not in str(message.blocks) + message.text
        assert "<https://evil" not in str(message.blocks) + message.text
    assert "<!channel>" not in channel.topic
    assert "&lt;!channel&gt;" in town.message(COMMON, "INC-1").words


async def test_a_playbook_can_be_named(town: Town) -> None:
    channel = await town.declare("sev1 Toy says bad words --playbook child-safety")
    assert len(town.messages(channel)) == 2 + 6


async def test_a_message_becomes_an_incident_with_a_link_back(town: Town) -> None:
    bob = town.person("bob")
    ts = await bob.say("#general", "The agent just mailed <everyone>")
    message = next(m for m in bob.sees("#general") if m.ts == ts)
    await bob.shortcut("declare_from_message", message=message)
    view = await bob.until_view()
    await bob.submit(view, {"severity": "SEV2"})
    channel = await town.sandbox.until(
        lambda: next(
            (c for c in town.sandbox.workspace.channels.values() if c.name.startswith("inc-1")), None
        )
    )
    await town.cordon.idle()
    assert ts.replace(".", "") in town.message(COMMON, "INC-1").words
    assert channel.name.startswith("inc-1-the-agent-just-mailed")


async def test_the_home_lists_what_is_open_and_declares(any_town: Town) -> None:
    await any_town.declare()
    bob = any_town.person("bob")
    await bob.open_home()
    await any_town.sandbox.until(lambda: bob.home and "INC-1" in bob.home.words)
    assert bob.home is not None
    await bob.click(bob.home, "declare.open")
    assert (await bob.until_view()).title == "Declare an incident"
