"""Coordination: types, roles, gates, pages and stages of incidents; audiences of updates; what entries refer to."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENTS = ("acknowledged_at", "contained_at", "closed_at", "archived_at")
_NO = "0"
"""A plain text: an expression would have SQLite make the table anew, which its foreign keys forbid."""
_TREES = ("classification", "crew", "gates", "page")
_REMEMBER_THE_NEWEST = """
    UPDATE incidents SET
        timeline_count = (SELECT max(seq) FROM timeline WHERE incident_id = incidents.id),
        timeline_head = (SELECT hash FROM timeline WHERE incident_id = incidents.id ORDER BY seq DESC LIMIT 1)
"""


def upgrade() -> None:
    with op.batch_alter_table("incidents") as incidents:
        incidents.add_column(sa.Column("type", sa.String(), nullable=True))
        incidents.add_column(sa.Column("private", sa.Boolean(), nullable=False, server_default=_NO))
        incidents.add_column(sa.Column("drill", sa.Boolean(), nullable=False, server_default=_NO))
        incidents.add_column(sa.Column("source", sa.String(), nullable=True))
        for name in _MOMENTS:
            incidents.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        incidents.add_column(sa.Column("merged_into", sa.Integer(), nullable=True))
        for name in _TREES:
            incidents.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))
        incidents.add_column(sa.Column("timeline_count", sa.Integer(), nullable=True))
        incidents.add_column(sa.Column("timeline_head", sa.String(), nullable=True))
    with op.batch_alter_table("timeline") as timeline:
        timeline.add_column(sa.Column("ref", sa.String(), nullable=True))
        timeline.add_column(sa.Column("details", sa.JSON(), nullable=False, server_default="{}"))
        timeline.create_index("ix_timeline_ref", ["ref"])
    op.execute(_REMEMBER_THE_NEWEST)
    with op.batch_alter_table("status_updates") as updates:
        updates.add_column(sa.Column("audience", sa.String(), nullable=False, server_default="responders"))
        updates.add_column(sa.Column("state", sa.String(), nullable=False, server_default="published"))
        updates.add_column(sa.Column("approved_by", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("status_updates") as updates:
        for name in ("approved_by", "state", "audience"):
            updates.drop_column(name)
    with op.batch_alter_table("timeline") as timeline:
        timeline.drop_index("ix_timeline_ref")
        timeline.drop_column("details")
        timeline.drop_column("ref")
    with op.batch_alter_table("incidents") as incidents:
        for name in (
            "timeline_head",
            "timeline_count",
            *_TREES,
            "merged_into",
            *_MOMENTS,
            "source",
            "drill",
            "private",
            "type",
        ):
            incidents.drop_column(name)
