"""What an evaluation found: rates of compliance, and the outcome of a comparison. Pure."""
