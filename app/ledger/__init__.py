"""The ledger: every change of the register, chained by hashes, never rewritten."""
