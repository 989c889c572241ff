"""The loop, shown from end to end against the sandbox: the cast, some weeks of their life, an account of these."""
