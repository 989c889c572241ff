"""What was learned, from which looks and on which evidence, in the admin: one module per subject."""

from patterns import admin_alarms, admin_evidence, admin_failures, admin_looks, admin_patterns

__all__ = ["admin_alarms", "admin_evidence", "admin_failures", "admin_looks", "admin_patterns"]
