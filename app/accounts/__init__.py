"""People and programs that sign in: accounts, sessions, sign-in by every way, API keys."""
