"""The CloudFormation template, provisioning, deployment and the local AWS; not shipped to Lambda.

`app.py` imports `chalice_hooks`, and only when chalice's command line loads it.
"""
