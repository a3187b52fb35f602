"""Electoral divisions: dated sets of boundaries, and which division a position, postcode or place is in."""
