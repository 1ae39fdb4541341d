"""Runs the migrations on the connection that `api.database.migrate` hands over."""

from alembic import context

from api.tables import Table

OURS = set(Table.metadata.tables)


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in OURS


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    include_name=_is_ours,
)
with context.begin_transaction():
    context.run_migrations()
