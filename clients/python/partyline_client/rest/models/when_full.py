from enum import StrEnum


class WhenFull(StrEnum):
    RECYCLE = "recycle"
    REFUSE = "refuse"

    def __str__(self) -> str:
        return str(self.value)
