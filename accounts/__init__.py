"""People and what they hold: users, workspaces, provider keys, and the trail of what was done."""
