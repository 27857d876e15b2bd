"""A fault storm over a whole installation, and the judgement afterwards: `make storm`."""
