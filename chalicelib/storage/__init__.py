"""Storage in AWS: objects in S3 buckets, and records in the DynamoDB table.

Other packages use `Bucket`, `Records`, `Links` and `Divider`; only these call S3 and DynamoDB.
"""
