"""The avatars this cloud has: stock faces for everybody, and a few of the account's own."""

from simulator.records import Avatar

SANDBOX_AVATAR_ID = "dd73ea75-1218-4ef3-92ce-606d5f7fbc0a"
"""Wayne, the only avatar LiveAvatar's sandbox allows (docs.liveavatar.com, sandbox mode)."""

AVATARS = (
    Avatar(SANDBOX_AVATAR_ID, "Wayne"),
    Avatar("0b7c2f3e-52a1-4e0e-9d1c-6a2f4b8e1c01", "Amara"),
    Avatar("1c8d3a4f-63b2-4f1f-8e2d-7b3a5c9f2d02", "Bruno"),
    Avatar("2d9e4b5a-74c3-4a2a-9f3e-8c4b6daa3e03", "Chiyo"),
    Avatar("3eaf5c6b-85d4-4b3b-8a4f-9d5c7ebb4f04", "Dalia"),
    Avatar("4fba6d7c-96e5-4c4c-9b5a-ae6d8fcc5a05", "Elias"),
    Avatar("5acb7e8d-a7f6-4d5d-8c6b-bf7e9add6b06", "Farah"),
    Avatar("6bdc8f9e-b8a7-4e6e-9d7c-ca8fabee7c07", "Gustav"),
    Avatar("7ced9aaf-c9b8-4f7f-8e8d-db9abcff8d08", "Hana"),
    Avatar("8dfeabba-dac9-4a8a-9f9e-ecabcdaa9e09", "Ivo", is_expired=True),
    Avatar("9eafbccb-ebda-4b9b-8aaf-fdbcdebbaf0a", "June", own=True),
    Avatar(
        "afbacddc-fceb-4cac-9bba-aecdefccba0b",
        "Kofi",
        own=True,
        status="FAILED",
        error_message="The footage is too short to train on",
    ),
)
