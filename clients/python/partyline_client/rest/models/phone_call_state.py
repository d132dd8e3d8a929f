from enum import StrEnum


class PhoneCallState(StrEnum):
    ANSWERED = "answered"
    DIALLING = "dialling"
    ENDED = "ended"
    RINGING = "ringing"

    def __str__(self) -> str:
        return str(self.value)
