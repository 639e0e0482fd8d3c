"""Integration in time: fixed steps in one compiled loop, methods by name."""
