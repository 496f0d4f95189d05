"""Timeline entries are found by their kind: a person's decisions without reading whole timelines."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_timeline_incident_id_kind", "timeline", ["incident_id", "kind"])


def downgrade() -> None:
    op.drop_index("ix_timeline_incident_id_kind", "timeline")
