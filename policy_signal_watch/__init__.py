"""The installed watch: `watcher` and `notifiers` lie inside, and packages of these names from the index are left alone."""
