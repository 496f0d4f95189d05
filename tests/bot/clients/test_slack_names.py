from bot.clients.slack import SlackWorkspace
from tests.bot.clients.conftest import Desk, HurriedClock


async def test_people_are_called_by_what_slack_shows(
    desk: Desk, slack: SlackWorkspace, clock: HurriedClock
) -> None:
    ann, bob = desk.id("ann"), desk.id("bob")
    assert await slack.names([ann, bob, ann, "U0GONE"]) == {ann: "ann", bob: "bob", "U0GONE": "U0GONE"}
    await slack.names([ann, bob, "U0GONE"])
    assert desk.asked("users.info") == 3, "asked once"
    await clock.sleep(301)
    await slack.names([ann])
    assert desk.asked("users.info") == 4


async def test_a_person_is_found_by_any_of_their_names(desk: Desk, slack: SlackWorkspace) -> None:
    bob = desk.sandbox.workspace.user("bob")
    assert await slack.person("@bob") == bob.id
    assert await slack.person("@BOB") == bob.id
    assert await slack.person(f"@{bob.real_name}") == bob.id
    assert await slack.person("@nobody-here") is None
    assert desk.asked("users.list") == 1


async def test_neither_the_deactivated_nor_one_of_two_is_meant(desk: Desk, slack: SlackWorkspace) -> None:
    desk.sandbox.workspace.user("bob").deleted = True
    namesake = desk.sandbox.workspace.user("dee")
    namesake.real_name = desk.sandbox.workspace.user("ann").real_name
    assert await slack.person("@bob") is None
    assert await slack.person(f"@{namesake.real_name}") is None
    assert await slack.person("@dee") == namesake.id
