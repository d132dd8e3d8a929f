from enum import StrEnum


class PoolChangeType10Change(StrEnum):
    CREATE_CONTACT = "create_contact"

    def __str__(self) -> str:
        return str(self.value)
