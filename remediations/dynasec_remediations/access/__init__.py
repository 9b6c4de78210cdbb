"""Remediations of the access controls."""
