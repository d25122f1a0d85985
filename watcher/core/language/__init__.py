"""How a sentence becomes a claim: what it names, what it says of it, and which of its words that explains."""
