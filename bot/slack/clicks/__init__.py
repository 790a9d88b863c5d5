"""What a button does, one noun per file."""
