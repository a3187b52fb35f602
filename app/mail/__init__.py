"""Messages that leave the register: the worker, and the ways by which mail goes out."""
