from incidents.taxonomies import TAXONOMIES


def test_the_taxonomies_are_the_runbooks() -> None:
    counts = {taxonomy.id: len(taxonomy.kinds) for taxonomy in TAXONOMIES.values()}
    assert counts == {
        "incident_type": 5,
        "failure_mode": 7,
        "agent_type": 4,
        "system_type": 3,
        "security_type": 3,
        "signals": 3,
    }


def test_ids_are_distinct_within_a_taxonomy_and_each_is_found() -> None:
    for taxonomy in TAXONOMIES.values():
        assert [taxonomy.kind(kind.id) for kind in taxonomy.kinds] == list(taxonomy.kinds)
        assert taxonomy.kind("gremlins") is None


def test_only_signals_come_in_numbers() -> None:
    assert [taxonomy.id for taxonomy in TAXONOMIES.values() if taxonomy.several] == ["signals"]
