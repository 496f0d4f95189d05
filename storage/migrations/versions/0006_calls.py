"""Whether an incident calls people: a drill does only when it was told to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_YES = "1"
"""A plain text: an expression would have SQLite make the table anew, which its foreign keys forbid."""


def upgrade() -> None:
    with op.batch_alter_table("incidents") as incidents:
        incidents.add_column(sa.Column("calls", sa.Boolean(), nullable=False, server_default=_YES))


def downgrade() -> None:
    with op.batch_alter_table("incidents") as incidents:
        incidents.drop_column("calls")
