"""Data classification and security-zone modelling."""
