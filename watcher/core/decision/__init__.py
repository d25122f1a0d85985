"""From claims to verdicts, and from two verdicts to news. Pure."""
