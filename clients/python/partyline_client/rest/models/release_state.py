from enum import StrEnum


class ReleaseState(StrEnum):
    COOLING = "cooling"
    KEPT = "kept"
    PAST = "past"

    def __str__(self) -> str:
        return str(self.value)
