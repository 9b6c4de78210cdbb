"""Configuration drift."""
