"""Resilience, beyond the guidance."""
