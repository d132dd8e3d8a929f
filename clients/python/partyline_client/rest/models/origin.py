from enum import StrEnum


class Origin(StrEnum):
    CHOSEN = "chosen"
    RECEIVED = "received"

    def __str__(self) -> str:
        return str(self.value)
