from enum import StrEnum


class PoolChangeType2Change(StrEnum):
    CREATE_POOL = "create_pool"

    def __str__(self) -> str:
        return str(self.value)
