"""Measurements; nothing here is shipped or tested for time."""
