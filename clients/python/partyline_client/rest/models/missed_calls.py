from enum import StrEnum


class MissedCalls(StrEnum):
    IGNORE = "ignore"
    TEXT = "text"

    def __str__(self) -> str:
        return str(self.value)
