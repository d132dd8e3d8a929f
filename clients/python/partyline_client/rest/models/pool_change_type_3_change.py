from enum import StrEnum


class PoolChangeType3Change(StrEnum):
    CREATE_CAMPAIGN = "create_campaign"

    def __str__(self) -> str:
        return str(self.value)
