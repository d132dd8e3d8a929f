from enum import StrEnum


class PoolChangeType1Change(StrEnum):
    CHANGE_POLICY = "change_policy"

    def __str__(self) -> str:
        return str(self.value)
