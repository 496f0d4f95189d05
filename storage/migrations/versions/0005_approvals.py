"""Who decided about a status update that waited for approval, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("status_updates") as updates:
        updates.add_column(sa.Column("decided_by", sa.String(), nullable=True))
        updates.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("status_updates") as updates:
        updates.drop_column("decided_at")
        updates.drop_column("decided_by")
