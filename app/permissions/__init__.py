"""Who may do what: one table, from which routes, pages, exports and the documentation are derived."""
