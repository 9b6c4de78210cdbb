"""Network isolation, endpoints and swim lanes."""
