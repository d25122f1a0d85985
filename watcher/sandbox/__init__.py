"""Documents are read in processes of their own, without secrets and with limits."""
