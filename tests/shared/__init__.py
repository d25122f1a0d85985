"""Workers on one PostgreSQL, as processes of their own."""
