"""Remediations of the network controls."""
