from enum import StrEnum


class DecisionOutcome(StrEnum):
    BRIDGE = "bridge"
    DESK = "desk"
    MENU = "menu"
    QUARANTINE = "quarantine"
    REFUSE = "refuse"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return str(self.value)
