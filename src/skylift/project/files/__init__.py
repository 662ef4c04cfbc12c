"""The files that go with a job, the revision they are of, and what stayed behind."""
