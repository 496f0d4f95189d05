"""What Alembic runs for each command; the connection is given by `storage/migrate.py`, never made here."""

from alembic import context

from storage.migrations import VERSION_TABLE
from storage.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
)
context.run_migrations()
