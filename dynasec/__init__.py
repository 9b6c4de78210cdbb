"""Audits and remediates the security of sensitive data in Amazon DynamoDB."""

__version__ = "0.1.0"
