"""Tests of the deployed API against its OpenAPI document, with schemathesis."""
