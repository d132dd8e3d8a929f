from enum import StrEnum


class PoolChangeType7Change(StrEnum):
    CREATE_MEMBER = "create_member"

    def __str__(self) -> str:
        return str(self.value)
