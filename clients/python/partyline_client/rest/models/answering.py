from enum import StrEnum


class Answering(StrEnum):
    AUTO = "auto"
    BUSY = "busy"
    DECLINE = "decline"
    PERSON = "person"

    def __str__(self) -> str:
        return str(self.value)
