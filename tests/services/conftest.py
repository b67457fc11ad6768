from databases import database_url, db, empty_sqlite, postgresql

__all__ = ["database_url", "db", "empty_sqlite", "postgresql"]
