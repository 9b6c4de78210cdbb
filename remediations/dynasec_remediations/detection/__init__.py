"""Remediations of the detection controls."""
