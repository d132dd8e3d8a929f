from enum import StrEnum


class Tight(StrEnum):
    CAMPAIGN_DAY_CAP = "campaign_day_cap"
    CAMPAIGN_QUEUE = "campaign_queue"
    CAMPAIGN_RATE = "campaign_rate"
    DAY_CAP = "day_cap"
    QUEUE = "queue"
    RATE = "rate"

    def __str__(self) -> str:
        return str(self.value)
