"""Reads AWS once into a snapshot."""
