"""How the tables came to their shape, step by step. Alembic runs what stands in `versions/`."""

HEAD = "0006"
"""The newest revision, known without Alembic so that a start in shape need not load it; a test compares."""

VERSION_TABLE = "alembic_version"
