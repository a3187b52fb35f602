"""Safe places: the register's central concept, its opening hours, its public reads and the rules for changing it."""
