"""Handlers of the events that invoke the functions: from S3, batch services and the table's stream.

The entry points in app.py use `Intake` and `Announcer`.
"""
