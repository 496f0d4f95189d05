"""Any endpoint: sent, seen, repeated safely, taken back; and every way in which an endpoint can fail."""

import json
import socket
from typing import Any

import pytest

from commands.base import registry
from commands.base.contract import Prepared
from incidents.containment import ActionError, ChangedMeanwhileError, Effect, Plan
from incidents.errors import NotUnderstoodError
from tests.commands.conftest import SECRETS, Around, Make, Told
from tests.commands.hurried_clock import HurriedClock
from tests.commands.outside import Outside, Reply, Trouble

KEY = "run-7"


@pytest.fixture
def pause(around: Around, outside: Outside) -> Make:
    """A command that pauses something, with whatever a test changes of it."""
    outside.replies("POST", "*", Reply(202))
    outside.replies("GET", "/state", Reply(json={"paused": False}), Reply(json={"paused": True}))

    def make(connections: dict[str, Any] | None = None, **changed: object) -> Prepared:
        given = {
            "url": f"{outside.url}/pause",
            "probe": {"url": f"{outside.url}/state", "json_path": "paused", "equals": True},
        } | changed
        return registry.prepare("http_request", given, around(connections))

    return make


async def _run(one: Prepared, told: Told) -> Plan:
    plan = await one.command.plan(one.params)
    await one.command.execute(one.params, plan, KEY, told)
    return plan


async def _fails(one: Prepared, told: Told) -> ActionError:
    with pytest.raises(ActionError) as caught:
        await _run(one, told)
    return caught.value


async def test_planning_reads_and_changes_nothing(pause: Make, outside: Outside) -> None:
    one = pause()
    plan = await one.command.plan(one.params)
    assert not outside.sent("POST")
    assert plan.changes[0].before == "paused is false, should be true"
    assert plan.changes[0].after == "asked; then paused = true"
    assert plan.is_needed
    assert not plan.reversible


async def test_it_is_seen_to_have_worked(pause: Make, told: Told) -> None:
    one = pause()
    plan = await _run(one, told)
    seen = await one.command.verify(one.params, plan, told)
    assert seen.verified
    assert seen.evidence == ("paused is true, should be true, after 0 s.",)


async def test_an_answer_of_200_is_no_effect(
    pause: Make, outside: Outside, told: Told, clock: HurriedClock
) -> None:
    outside.replies("GET", "/state", Reply(json={"paused": False}))
    one = pause()
    plan = await _run(one, told)
    seen = await one.command.verify(one.params, plan, told)
    assert not seen.verified
    assert seen.evidence == ("paused is false, should be true, even after 30 s.",)
    assert told[-1:] == ["waiting: paused is false, should be true"]


async def test_each_id_is_asked_for_once_with_its_own_key(pause: Make, outside: Outside, told: Told) -> None:
    one = pause(
        url=f"{outside.url}/conversations/{{id}}/pause",
        ids=" c-1, c-2\nc-1;c-3 ",
        reason="leak",
        body={"who": "{id}", "why": "because of {reason}", "all": "{ids}", "n": 1},
    )
    await _run(one, told)
    sent = sorted(outside.sent("POST"), key=lambda asked: asked.path)
    assert [asked.path for asked in sent] == [f"/conversations/c-{n}/pause" for n in (1, 2, 3)]
    assert sent[0].body == {"who": "c-1", "why": "because of leak", "all": ["c-1"], "n": 1}
    assert [asked.headers["Idempotency-Key"] for asked in sent] == ["run-7:c-1", "run-7:c-2", "run-7:c-3"]


async def test_ids_go_in_batches(pause: Make, outside: Outside, told: Told) -> None:
    await _run(pause(ids=["a", "b", "c"], batch_size=2, body={"ids": "{ids}"}), told)
    assert sorted(json.dumps(asked.body) for asked in outside.sent("POST")) == [
        '{"ids": ["a", "b"]}',
        '{"ids": ["c"]}',
    ]


async def test_executing_twice_sends_the_same_keys(pause: Make, outside: Outside, told: Told) -> None:
    one = pause(ids=["a", "b"], body={"id": "{id}"})
    plan = await _run(one, told)
    await one.command.execute(one.params, plan, KEY, told)
    keys = [asked.headers["Idempotency-Key"] for asked in outside.sent("POST")]
    assert sorted(keys) == ["run-7:a", "run-7:a", "run-7:b", "run-7:b"]


@pytest.mark.parametrize(
    "hostile", ["../../admin", "a/b?x=1#y", 'x","admin":true,"y":"', "{reason}", "é", "a%2fb"]
)
async def test_a_hostile_id_stays_data(pause: Make, outside: Outside, told: Told, hostile: str) -> None:
    with pytest.raises(NotUnderstoodError, match="an id does not look as one should"):
        pause(ids=[hostile], body={"id": "{id}"})
    one = pause(
        url=f"{outside.url}/c/{{id}}", ids=[hostile], id_pattern=".*", body={"id": "<{id}>"}, reason="secret"
    )
    await _run(one, told)
    [asked] = outside.sent("POST")
    assert asked.path.startswith("/c/")
    assert not set("/?#") & set(asked.path.removeprefix("/c/"))
    assert asked.body == {"id": f"<{hostile}>"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ids": [".."], "id_pattern": ".*", "url": "http://x/{id}"}, "an id does not look"),
        (
            {"ids": ["a"] * 3 + ["b", "c"], "limit": 2, "url": "http://x/{id}"},
            "3 ids are more than the limit",
        ),
        ({"url": "http://{id}.example.com/", "ids": ["a"]}, "must not have {id} in its host"),
        ({"url": "http://x/{reason}"}, "knows {id} as its one placeholder"),
        ({"url": "http://x/?token=abc"}, "must not hold a secret"),
        ({"url": "http://ann:pw@x/"}, "must not hold a user"),
        ({"url": "file:///etc/passwd"}, "must begin with http"),
        ({"headers": {"X-Api-Key": "abc"}}, "must hold no secret"),
        ({"headers": {"X-A": "a\r\nX-B: c"}}, "has a value that can't be sent"),
        ({"ids": ["a"]}, "neither url nor body has a place"),
        ({"body": "{ids}"}, "ids are needed"),
        ({"idempotency_header": None}, "idempotency_header or safe_twice"),
        ({"revert": {"url": "http://x/"}}, "revert needs a probe"),
        ({"probe": {"url": "http://x/", "json_path": "a"}}, "json_path needs one of"),
    ],
)
def test_wrong_parameters_are_refused_in_words(pause: Make, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(NotUnderstoodError) as caught:
        pause(**wrong)
    assert said in str(caught.value)
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "effect", "temporary", "tries"),
    [
        (400, Effect.NONE, False, 1),
        (401, Effect.NONE, False, 1),
        (403, Effect.NONE, False, 1),
        (404, Effect.NONE, False, 1),
        (409, Effect.NONE, False, 1),
        (412, Effect.NONE, False, 1),
        (429, Effect.NONE, True, 3),
        (500, Effect.UNKNOWN, False, 3),
        (502, Effect.UNKNOWN, False, 3),
        (503, Effect.NONE, True, 3),
    ],
)
async def test_a_refusal_says_what_it_means(
    *, pause: Make, outside: Outside, told: Told, status: int, effect: Effect, temporary: bool, tries: int
) -> None:
    outside.replies("POST", "/pause", Reply(status, text="no\x1b[31m luck\n" + "x" * 9999))
    error = await _fails(pause(), told)
    assert (error.effect, error.temporary) == (effect, temporary)
    assert isinstance(error, ChangedMeanwhileError) == (status in {409, 412})
    assert f"/pause answered {status}: no luck x" in error.failed
    assert len(error.failed) < 400
    assert len(outside.sent("POST")) == tries


async def test_it_waits_as_long_as_it_is_asked_to(
    pause: Make, outside: Outside, told: Told, clock: HurriedClock
) -> None:
    outside.replies("POST", "/pause", Reply(429, headers={"Retry-After": "7"}), Reply(429), Reply(202))
    await _run(pause(), told)
    assert clock.slept == [7, 2]


@pytest.mark.parametrize("trouble", ["hang", "drop"])
async def test_a_lost_answer_leaves_doubt(
    pause: Make, outside: Outside, told: Told, trouble: Trouble
) -> None:
    outside.replies("POST", "/pause", Reply(trouble=trouble))
    error = await _fails(pause(timeout_seconds=0.1, retries=0), told)
    assert error.effect is Effect.UNKNOWN
    assert error.then == "Look at the target before you try again."


async def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    pause: Make, outside: Outside, told: Told
) -> None:
    outside.replies("POST", "/pause", Reply(trouble="drop"), Reply(200))
    await _run(pause(), told)
    assert [asked.headers["Idempotency-Key"] for asked in outside.sent("POST")] == ["run-7", "run-7"]


async def test_nobody_there(pause: Make, told: Told) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = await _fails(pause(url=f"http://127.0.0.1:{taken.getsockname()[1]}/pause"), told)
    assert (error.effect, error.temporary) == (Effect.NONE, True)


async def test_some_of_many_fail_and_the_others_go_on(pause: Make, outside: Outside, told: Told) -> None:
    outside.replies("POST", "/c/b", Reply(404))
    outside.replies("POST", "/c/d", Reply(trouble="drop"))
    error = await _fails(pause(url=f"{outside.url}/c/{{id}}", ids=list("abcde"), retries=0), told)
    assert error.effect is Effect.PARTIAL
    assert error.failed.startswith("2 of 5 ids failed: ")
    assert {"b", "d"} == set(error.failed.partition(": ")[2].partition(".")[0].split(", "))
    assert error.now == "3 of 5 are done. Not known for d."


@pytest.mark.parametrize("reply", [Reply(500), Reply(401), Reply(503), Reply(trouble="drop")])
async def test_a_dead_target_is_not_asked_for_ever(
    pause: Make, outside: Outside, told: Told, reply: Reply
) -> None:
    outside.replies("POST", "*", reply)
    ids = [f"c{n}" for n in range(50)]
    error = await _fails(pause(url=f"{outside.url}/c/{{id}}", ids=ids, retries=0), told)
    assert error.effect is (Effect.NONE if reply.status in {401, 503} else Effect.UNKNOWN)
    assert "Not tried: " in error.now
    assert len(outside.sent("POST")) < 15


async def test_ids_that_are_not_there_stop_nobody(pause: Make, outside: Outside, told: Told) -> None:
    for n in range(20):
        outside.replies("POST", f"/c/gone{n}", Reply(404))
    ids = [f"gone{n}" for n in range(20)] + ["a", "b"]
    error = await _fails(pause(url=f"{outside.url}/c/{{id}}", ids=ids), told)
    assert error.now == "2 of 22 are done."
    assert error.failed.startswith("20 of 22 ids failed: gone")
    assert " and 10 more. The first: " in error.failed


async def test_what_is_gone_already_can_count_as_done(pause: Make, outside: Outside, told: Told) -> None:
    outside.replies("DELETE", "/m/a", Reply(404))
    await _run(pause(method="DELETE", url=f"{outside.url}/m/{{id}}", ids=["a"], accept=[404]), told)


async def test_an_answer_without_end_is_cut(pause: Make, outside: Outside, told: Told) -> None:
    outside.replies("GET", "/state", Reply(text='{"paused": true, "x": "' + "x" * 2_000_000 + '"}'))
    one = pause(
        probe={"url": f"{outside.url}/state", "json_path": "paused", "equals": True, "wait_seconds": 0}
    )
    plan = await _run(one, told)
    with pytest.raises(ActionError, match="did not answer JSON that can be read"):
        await one.command.verify(one.params, plan, told)


async def test_the_secret_is_sent_and_never_told(pause: Make, outside: Outside, told: Told) -> None:
    token = SECRETS["PAUSE_TOKEN"]
    outside.replies("POST", "/pause", Reply(400, text=f"bad header Bearer {token}"))
    outside.replies("GET", "/state", Reply(json={"paused": f"by {token}"}))
    auth = {"env": "PAUSE_TOKEN"}
    probe = {"url": f"{outside.url}/state", "json_path": "paused", "equals": True, "auth": auth}
    one = pause(auth=auth, probe=probe)
    plan = await one.command.plan(one.params)
    error = await _fails(one, told)
    seen = await one.command.verify(one.params, plan, told)
    assert outside.sent("POST")[0].headers["Authorization"] == f"Bearer {token}"
    assert token not in f"{plan} {error} {seen} {told}"
    assert "‹secret›" in str(error)
    assert "‹secret›" in str(seen)


async def test_other_ways_to_show_a_credential(pause: Make, outside: Outside, told: Told) -> None:
    await _run(pause(auth={"env": "BASIC", "scheme": "Basic"}), told)
    await _run(pause(auth={"env": "PAUSE_TOKEN", "scheme": "none", "header": "X-Key"}), told)
    first, second = outside.sent("POST")
    assert first.headers["Authorization"] == "Basic YW5uOnBhNTUgd29yZA=="
    assert second.headers["X-Key"] == SECRETS["PAUSE_TOKEN"]


async def test_a_credential_that_is_not_set_is_named(pause: Make, outside: Outside, told: Told) -> None:
    error = await _fails(pause(auth={"env": "NOT_SET"}), told)
    assert error.failed == "The variable NOT_SET is not set."
    assert not outside.sent("POST")


async def test_redirects_are_not_followed(pause: Make, outside: Outside, told: Told) -> None:
    outside.replies("POST", "/pause", Reply(307, text="", headers={"Location": f"{outside.url}/other"}))
    error = await _fails(pause(auth={"env": "PAUSE_TOKEN"}), told)
    assert error.then == "Redirects are not followed: configure the final address."
    assert [asked.path for asked in outside.sent("POST")] == ["/pause"]


async def test_only_allowed_hosts_are_reached(pause: Make, outside: Outside) -> None:
    one = pause({"http": {"allowed_hosts": ["*.example.com", "127.0.0.1:1"]}})
    with pytest.raises(ActionError, match=r"127\.0\.0\.1 is not among connections\.http\.allowed_hosts"):
        await one.command.plan(one.params)
    assert not outside.asked
    fine = pause({"http": {"allowed_hosts": ["127.0.0.1"]}})
    await fine.command.plan(fine.params)


async def test_a_probe_that_fails_is_no_reason_not_to_contain(
    pause: Make, outside: Outside, told: Told
) -> None:
    outside.replies("GET", "/state", Reply(500, text="down"))
    one = pause()
    plan = await _run(one, told)
    assert "Whether it works may not be seen" in plan.warnings[0]
    with pytest.raises(ActionError, match="answered 500"):
        await one.command.verify(one.params, plan, told)


async def test_a_metric_is_probed_and_a_moving_one_does_not_change_the_plan(
    pause: Make, outside: Outside, told: Told
) -> None:
    pages = [f'# TYPE bad counter\nbad_total{{pack="a"}} {n}\nbad_total{{pack="b"}} 99\n' for n in (7, 6, 1)]
    outside.replies("GET", "/metrics", *(Reply(text=page) for page in pages))
    probe = {"url": f"{outside.url}/metrics", "metric": 'bad_total{pack="a"}', "below": 5}
    one = pause(probe=probe)
    first = await one.command.plan(one.params)
    second = await one.command.plan(one.params)
    assert first.holds(second)
    assert first.warnings == ('Now: bad_total{pack="a"} is 7, should be below 5.',)
    assert (await one.command.verify(one.params, second, told)).verified


async def test_each_id_is_looked_at(pause: Make, outside: Outside, told: Told) -> None:
    for one, state in {"a": "paused", "b": "paused", "c": "open"}.items():
        outside.replies("GET", f"/c/{one}", Reply(json={"states": [{"is": state}]}))
    probe = {
        "url": f"{outside.url}/c/{{id}}",
        "json_path": "states[0].is",
        "equals": "paused",
        "wait_seconds": 0,
    }
    made = pause(ids=["a", "b", "c"], body=["{id}"], probe=probe)
    plan = await _run(made, told)
    seen = await made.command.verify(made.params, plan, told)
    assert not seen.verified
    assert seen.evidence[0].startswith(
        '2 of 3 ids have states[0].is = "paused" (not c: states[0].is is "open", should be "paused")'
    )


async def test_it_is_taken_back(pause: Make, outside: Outside, told: Told) -> None:
    state = {"url": f"{outside.url}/state", "json_path": "paused", "equals": True}
    outside.replies(
        "GET", "/state", *(Reply(json={"paused": is_on}) for is_on in (False, False, True, True, False))
    )
    one = pause(
        before=state, revert={"url": f"{outside.url}/resume", "body": {"why": "{reason}"}}, reason="over"
    )
    plan = await _run(one, told)
    assert plan.reversible
    assert plan.changes[0].before == "paused is false, should be true"
    assert (await one.command.verify(one.params, plan, told)).verified
    await one.command.revert(one.params, plan, KEY, told)
    assert outside.sent("POST")[-1].path == "/resume"
    assert outside.sent("POST")[-1].body == {"why": "over"}
    assert outside.sent("POST")[-1].headers["Idempotency-Key"] == "run-7:revert"
    assert (await one.command.verify_reverted(one.params, plan, told)).verified


async def test_what_has_no_way_back_says_so(pause: Make, told: Told) -> None:
    one = pause()
    plan = await _run(one, told)
    with pytest.raises(ActionError, match="no request that takes it back is configured"):
        await one.command.revert(one.params, plan, KEY, told)


async def test_a_probe_that_is_refused_is_not_waited_for(
    pause: Make, outside: Outside, told: Told, clock: HurriedClock
) -> None:
    outside.replies("GET", "/state", Reply(403))
    one = pause()
    plan = await _run(one, told)
    with pytest.raises(ActionError, match="answered 403"):
        await one.command.verify(one.params, plan, told)
    assert clock.slept == []


@pytest.mark.parametrize("other", [1, "true", None, {"a": True}])
async def test_only_true_is_true(pause: Make, outside: Outside, told: Told, other: object) -> None:
    outside.replies("GET", "/state", Reply(json={"paused": other}))
    one = pause()
    assert not (await one.command.verify(one.params, await _run(one, told), told)).verified
