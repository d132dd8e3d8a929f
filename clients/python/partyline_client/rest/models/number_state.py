from enum import StrEnum


class NumberState(StrEnum):
    ACTIVE = "active"
    DRAINING = "draining"

    def __str__(self) -> str:
        return str(self.value)
