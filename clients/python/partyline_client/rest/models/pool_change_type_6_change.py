from enum import StrEnum


class PoolChangeType6Change(StrEnum):
    CHANGE_NUMBER = "change_number"

    def __str__(self) -> str:
        return str(self.value)
