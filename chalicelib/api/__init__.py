"""The REST API: routes, their parameters, problem documents, uploads and the authorizer.

The entry points in app.py use `routes` and `TokenAuthorizer`; `openapi.json` describes the API.
"""
