"""Encryption at rest, in transit and on the client."""
