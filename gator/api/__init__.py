"""The REST API under /api/v1/: the router, and what every request passes through."""
