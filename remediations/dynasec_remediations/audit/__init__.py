"""Remediations of the audit controls."""
