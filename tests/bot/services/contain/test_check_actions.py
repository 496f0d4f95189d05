import pytest

from bot.services.contain.check_actions import check_actions
from incidents.action_catalog import Catalog
from incidents.errors import ConfigError


def catalog(**action: object) -> Catalog:
    whole = {"title": "Try", "command": "http_request", **action}
    return Catalog.model_validate({"actions": {"try": whole}})


def wrong(**action: object) -> str:
    with pytest.raises(ConfigError) as caught:
        check_actions(catalog(**action))
    return str(caught.value)


def test_a_command_that_there_is_not_is_named_with_the_nearest() -> None:
    said = wrong(command="kubernetes_scal")
    assert said.startswith("cordon.yaml: actions.try.command:")
    assert "kubernetes_scale" in said


def test_a_wrong_parameter_is_named_without_its_value() -> None:
    said = wrong(
        command="kubernetes_scale", params={"namespace": "s3cret space", "deployment": "a", "replicas": 0}
    )
    assert "actions.try.params" in said
    assert "s3cret" not in said


def test_what_people_fill_in_may_be_missing_but_must_exist() -> None:
    params = {"namespace": "prod", "deployment": "agent"}
    asked = {"replicas": {"label": "How many", "kind": "number"}}
    check_actions(catalog(command="kubernetes_scale", params=params, ask=asked))
    assert "actions.try.ask.many: kubernetes_scale has no such parameter" in wrong(
        command="kubernetes_scale", params={**params, "replicas": 0}, ask={"many": {"label": "How many"}}
    )


def test_sequences_have_no_command_to_check() -> None:
    check_actions(
        Catalog.model_validate(
            {
                "actions": {
                    "all": {"title": "All", "sequence": ["stop"]},
                    "stop": {
                        "title": "Stop",
                        "command": "kubernetes_scale",
                        "params": {"namespace": "prod", "deployment": "agent", "replicas": 0},
                    },
                }
            }
        )
    )
