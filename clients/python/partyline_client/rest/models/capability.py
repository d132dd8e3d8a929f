from enum import StrEnum


class Capability(StrEnum):
    MMS = "mms"
    SMS = "sms"
    VOICE = "voice"

    def __str__(self) -> str:
        return str(self.value)
