"""DDoS protection and application-level threats."""
