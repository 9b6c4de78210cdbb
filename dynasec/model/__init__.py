"""What was read from AWS, as frozen values."""
