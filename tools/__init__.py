"""What measures the watch from outside; nothing here runs in it."""
