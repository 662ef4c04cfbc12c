"""AWS, one service a file: the only importer of boto3, and it is imported when a client is made."""
