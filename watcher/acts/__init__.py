"""What the person who runs the watch does to it, by the command line or at the page: one piece of code for both."""
