"""Runs the checks on a snapshot and scores them."""
