"""A declaration that looks like an incident still open is told so, and nothing is declared twice."""

import json

from tests.acceptance.town import COMMON, Town


async def test_what_is_open_already_is_offered_to_be_joined(any_town: Town) -> None:
    town, dee = any_town, any_town.person("dee")
    channel = await town.declare("sev1 Agent leaks customer data")
    await dee.slash("#general", "/incident declare sev2 The agents leak customer's data!")
    told = await town.until_whisper("dee", "#general", "looks like an incident that is open already")
    assert "INC-1" in told.words
    assert len(town.calls("conversations.create")) == 1
    await dee.click(told, "card.join")
    await town.until_whisper("dee", "#general", "You are in")
    assert dee.id in channel.members


async def test_it_can_be_declared_anyway_with_the_same_words(any_town: Town) -> None:
    town, dee = any_town, any_town.person("dee")
    await town.declare("sev1 Agent leaks customer data")
    await dee.slash("#general", "/incident declare sev2 Agent leaks customer data --playbook child-safety")
    told = await town.until_whisper("dee", "#general", "looks like an incident")
    await dee.click(told, "declare.anyway")
    card = await town.until_message(COMMON, "INC-2")
    assert "SEV2" in card.words
    await dee.click(told, "declare.anyway")
    await town.cordon.idle()
    assert not [m for m in town.messages(COMMON) if "INC-4" in m.words]


async def test_the_form_asks_too_and_keeps_what_was_written(any_town: Town) -> None:
    town, dee = any_town, any_town.person("dee")
    await town.declare("sev1 Agent leaks customer data")
    await dee.slash("#general", "/incident declare")
    view = await dee.until_view("Declare an incident")
    await dee.submit(
        view,
        {
            "title": "agent leaking: customer data leaks, agent",
            "severity": "SEV2",
            "summary": 'Seen "twice"',
            "type": "pii_exposure",
        },
    )
    again = await dee.until_view("The same incident?")
    assert "INC-1" in str(again.blocks)
    await dee.submit(again)
    await town.until_message(COMMON, "INC-2")
    await town.cordon.idle()
    assert 'Seen "twice"' in town.message(COMMON, "INC-2").words
    assert "PII exposure" in town.message(COMMON, "INC-2").words
    assert dee.view is None, "both forms are gone"


async def test_the_same_message_is_the_same_incident(town: Town) -> None:
    bob, dee = town.person("bob"), town.person("dee")
    ts = await bob.say("#general", "The agent mailed everyone their salary")
    message = next(m for m in bob.sees("#general") if m.ts == ts)
    await bob.shortcut("declare_from_message", message=message)
    await bob.submit(await bob.until_view(), {"severity": "SEV2"})
    await town.until_message(COMMON, "INC-1")
    await dee.shortcut("declare_from_message", message=message)
    view = await dee.until_view()
    await dee.submit(view, {"severity": "SEV1", "title": "Completely other words"})
    again = await dee.until_view("The same incident?")
    assert "INC-1" in str(again.blocks)


async def test_other_words_and_what_is_over_are_no_duplicate(town: Town) -> None:
    channel = await town.declare("sev1 Agent leaks customer data")
    await town.declare("sev2 Checkout bot swears at people")
    await town.contain(channel)
    await town.person("ann").slash(channel.id, "/incident resolve Done")
    await town.until_message(channel, "Resolved: INC-1")
    await town.declare("sev1 Agent leaks customer data")


async def test_a_drill_is_no_duplicate_of_what_is_real(town: Town) -> None:
    await town.declare("sev1 Agent leaks customer data")
    await town.declare("sev1 Agent leaks customer data --drill")


async def test_pressing_submit_twice_makes_one(town: Town) -> None:
    ann = town.person("ann")
    await ann.slash(COMMON, "/incident declare")
    await ann.submit(await ann.until_view(), {"title": "Bot swears", "severity": "SEV2"})
    await town.until_message(COMMON, "INC-1")
    again = next(d for d in town.sandbox.deliveries[::-1] if "view_submission" in d.body)
    await town.sandbox.redeliver(again)
    await town.cordon.idle()
    assert not [m for m in town.messages(COMMON) if "INC-2" in m.words]


async def test_the_form_makes_private_drills_too(town: Town) -> None:
    ann = town.person("ann")
    await ann.slash(COMMON, "/incident declare")
    view = await ann.until_view("Declare an incident")
    ack = await ann.submit(view, {"title": "Bot swears", "severity": "SEV2", "options": ["page"]})
    assert "That box is for drills" in json.dumps(ack.body)
    assert ann.view is not None
    await ann.submit(ann.view, {"options": ["private", "drill"]})
    channel = await town.sandbox.until(lambda: town.sandbox.workspace.named("drill-1-bot-swears"))
    assert channel.is_private
    await town.cordon.idle()
    assert not [m for m in town.messages(COMMON) if "INC-1" in m.words]


async def test_a_declaration_is_kept_while_slack_cant_say_who_declares(town: Town) -> None:
    await town.restart()
    town.sandbox.faults.add(method="users.info", kind="http_500", times=2)
    town.sandbox.faults.add(method="users.list", kind="http_500", times=8)
    await town.restart()
    await town.person("ann").slash(COMMON, "/incident declare sev1 Agent leaks")
    await town.until_message(COMMON, "INC-1")
