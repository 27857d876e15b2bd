"""LiveKit-compatible rooms: signalling of both generations, media, and the avatar's side of talk.

A room belongs to one session and holds the avatar (participant ``heygen``) and at most one client,
for a session's token names one identity. Media runs only while that client is there.
"""
