"""Keeps what audits found, run by run, in an embedded SQLite database, and tells what is new, fixed and back."""
