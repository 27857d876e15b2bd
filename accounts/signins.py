"""What the libraries tell us about people signing in and out is written to the audit trail."""
