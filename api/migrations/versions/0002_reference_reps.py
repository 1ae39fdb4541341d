"""Reps that later sets are compared with."""

import sqlalchemy as sa
from alembic import op

from api.tables import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "reference_reps",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("athlete_id", sa.String(length=36), nullable=False),
        sa.Column("lift", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("reps", sa.Integer(), nullable=False),
        sa.Column("rep", sa.Integer(), nullable=True),
        sa.Column("load_kg", sa.Double(), nullable=True),
        sa.Column("made_of", sa.JSON(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["athlete_id"], ["athletes.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("reference_reps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reference_reps_athlete_id"), ["athlete_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reference_reps_tenant_id"), ["tenant_id"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_table("reference_reps")
