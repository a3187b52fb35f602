"""Commands that set up, serve, test and rebuild the data."""
