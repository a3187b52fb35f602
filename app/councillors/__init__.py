"""Councillors: who holds the seats of a division, on a day."""
