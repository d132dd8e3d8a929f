from enum import StrEnum


class PoolChangeType0Change(StrEnum):
    CREATE_COMMUNITY = "create_community"

    def __str__(self) -> str:
        return str(self.value)
