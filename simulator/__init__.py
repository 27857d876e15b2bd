"""A stand-in for the LiveAvatar cloud, for one desk with no account and no network.

    python -m simulator --port 8900

It answers LiveAvatar's REST API, holds rooms with real sound and picture that LiveKit clients join,
and answers the one OpenAI call that tells whether a key is good. State lives in memory.

* Any account key that begins ``sim-`` is accepted in ``X-API-KEY``.
* ``/`` shows the running rooms; ``/_sim/…`` is the door for people and tests: state, scripted
  faults, switches, latency, a clock that can be moved, reset.
* Where LiveAvatar's documents are silent or disagree, a switch decides; ``--help`` lists them.
* Requests are judged strictly: an unknown field or a wrong type is refused, so that a caller's
  mistake shows here before it costs money in the cloud.

It imports nothing of the product it serves, so that both read the vendor's documents for themselves
and one misreading cannot hide in both.
"""
