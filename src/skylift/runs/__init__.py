"""What happened: events become a record; records are kept, read and compared."""
