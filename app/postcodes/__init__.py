"""Postcode units: what a person types, where it is, and the files that say so."""
