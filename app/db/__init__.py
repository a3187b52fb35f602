"""Engine, sessions, and the border at which the database's errors become ours."""
