"""What the journal says of its own condition."""

from storage.journal.health import Health


def test_the_last_error_is_told_until_all_is_well() -> None:
    health = Health()
    told = [health.last_error]
    health.failed(OSError("gone"))
    told.append(health.last_error)
    health.well()
    told.append(health.last_error)
    assert told == [None, "OSError: gone", None]
