"""The avatar side: contexts, the catalogue of avatars, and sessions with them."""
