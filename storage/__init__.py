"""The archive: one append-only SQLite file, what may be written to it, and what can be read from it."""
