"""The pages of people who sign in: the register as a list, its forms, its history."""
