"""What the register holds about a person: given to them, or erased."""
