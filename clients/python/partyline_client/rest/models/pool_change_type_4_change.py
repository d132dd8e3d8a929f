from enum import StrEnum


class PoolChangeType4Change(StrEnum):
    CHANGE_CAMPAIGN = "change_campaign"

    def __str__(self) -> str:
        return str(self.value)
