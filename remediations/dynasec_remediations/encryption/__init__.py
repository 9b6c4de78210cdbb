"""Remediations of the encryption controls."""
