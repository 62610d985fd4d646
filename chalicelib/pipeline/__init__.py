"""The conversion of uploads to PDFs and records, and the reconciliation of uploads without one.

`events` and the entry points in app.py use `Pipeline`, `Invocation` and `Reconciliation`.
"""
