"""Accounts, posts and what was seen of them in the admin, one module per subject."""

from engagement.admin import accounts, budgets, erasures, interactions, posts, records, webhooks

__all__ = ["accounts", "budgets", "erasures", "interactions", "posts", "records", "webhooks"]
