"""The four platforms in miniature, for demos and tests without the outside world.

The sandbox answers in the platforms' wire formats and knows the truth behind every count.
It shares no code with the adapters: what both got wrong together, no test would find.
"""
