from enum import StrEnum


class PoolChangeType9Change(StrEnum):
    LIST_MEMBER = "list_member"

    def __str__(self) -> str:
        return str(self.value)
