from enum import StrEnum


class OptInEnd(StrEnum):
    ANOTHER_CONTACT = "another_contact"
    PHONE_LEFT = "phone_left"
    REVOKED = "revoked"
    STOP = "stop"

    def __str__(self) -> str:
        return str(self.value)
