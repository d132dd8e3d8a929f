from enum import StrEnum


class CallState(StrEnum):
    ANSWERED = "answered"
    ENDED = "ended"
    RINGING = "ringing"

    def __str__(self) -> str:
        return str(self.value)
