"""Remediations of the resilience controls."""
