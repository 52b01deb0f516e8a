"""Commands with a module of their own. Each parses, calls, and prints; it decides nothing."""
