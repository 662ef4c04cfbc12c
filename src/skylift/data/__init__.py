"""What a job reads: a local folder becomes an immutable dataset on S3."""
