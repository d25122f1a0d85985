"""The page, the feeds and the API: reads only."""
