"""The safe places register as a service: HTTP, rules, database."""
