"""A realistic account in an in-process emulator."""
