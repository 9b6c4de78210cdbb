"""Tells people and machines what an audit changed, through an outbox in the history: at least once, whatever ends the process."""
