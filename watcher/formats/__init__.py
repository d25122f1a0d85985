"""Bytes to entries: one file a format, found by its name in the configuration."""
