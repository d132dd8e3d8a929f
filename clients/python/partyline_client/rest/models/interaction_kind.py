from enum import StrEnum


class InteractionKind(StrEnum):
    CALL = "call"
    MESSAGE = "message"

    def __str__(self) -> str:
        return str(self.value)
