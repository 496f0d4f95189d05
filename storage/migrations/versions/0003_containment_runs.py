"""Containment: runs of actions, and which run has which target to itself."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENTS = ("asked_at", "approved_until", "started_at", "finished_at", "reverts_at", "reverted_at")
_TREES = ("step_order", "plan", "break_glass", "failure", "verification", "snapshot", "revert_verification")
_TEXTS = ("key", "action", "title", "risk", "state", "requester", "reason", "source", "progress")


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _TEXTS),
        sa.Column("command", sa.String(), nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("approvals", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=True) for name in _TREES),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in _MOMENTS),
        sa.Column("reverted_by", sa.String(), nullable=True),
        sa.Column("cancelled_by", sa.String(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("recovers", sa.Integer(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_runs_incident_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["runs.id"], name="fk_runs_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.UniqueConstraint("key", name="uq_runs_key"),
    )
    op.create_index("ix_runs_incident_id", "runs", ["incident_id"])
    op.create_index("ix_runs_state", "runs", ["state"])
    op.create_index("ix_runs_parent_id_position", "runs", ["parent_id", "position"], unique=True)
    op.create_table(
        "run_targets",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_targets_run_id"),
        sa.PrimaryKeyConstraint("target", name="pk_run_targets"),
        sa.UniqueConstraint("run_id", name="uq_run_targets_run_id"),
    )


def downgrade() -> None:
    op.drop_table("run_targets")
    op.drop_table("runs")
