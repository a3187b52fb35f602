"""Speed claims as programs that anyone can run: each prints a table whose ratios come from one run."""
