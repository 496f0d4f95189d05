"""What the journal says of its own condition."""

from storage.journal.health import Health


def test_the_last_error_is_told_until_all_is_well() -> None:
    health = Health()
    assert health.last_error is None
    health.failed(OSError("gone"))
    assert health.last_error == "OSError: gone"
    health.well()
    assert health.last_error is None
