"""What the journal can say about its own condition."""

from storage.journal.backoff import described


class Health:
    """The last error of the journal itself, not of the jobs; None while all is well."""

    def __init__(self) -> None:
        self.last_error: str | None = None

    def failed(self, error: BaseException) -> None:
        """Note an error."""
        self.last_error = described(error)

    def well(self) -> None:
        """Note that the database was read and written as it should."""
        self.last_error = None
