"""Makes the files in data/ from their sources. Run by scripts/build_data, never by the service."""
