"""What signals.toml and the environment say, as values (`config.build`), or every mistake with its file, line, table and key."""
