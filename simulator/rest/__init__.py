"""The REST calls, one module a noun."""
