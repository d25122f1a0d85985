"""The stages of the watch: poll, record, decide, announce, deliver, and what runs them."""
