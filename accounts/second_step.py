"""How allauth's second step behaves here: what it keeps is sealed by our vault."""

from allauth.mfa.adapter import DefaultMFAAdapter

from accounts.services import second_steps


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return second_steps.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_steps.unseal(encrypted_text)
