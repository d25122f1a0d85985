"""One file a channel; knows messages, not signals."""
