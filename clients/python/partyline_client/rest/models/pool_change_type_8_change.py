from enum import StrEnum


class PoolChangeType8Change(StrEnum):
    RENAME_MEMBER = "rename_member"

    def __str__(self) -> str:
        return str(self.value)
