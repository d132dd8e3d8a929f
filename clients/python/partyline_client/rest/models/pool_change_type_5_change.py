from enum import StrEnum


class PoolChangeType5Change(StrEnum):
    CREATE_NUMBER = "create_number"

    def __str__(self) -> str:
        return str(self.value)
