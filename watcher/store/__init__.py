"""Where everything is kept: what was seen, what it means, what was told; `watcher.store.store` opens it."""
