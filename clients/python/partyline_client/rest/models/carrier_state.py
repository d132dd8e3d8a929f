from enum import StrEnum


class CarrierState(StrEnum):
    CONFIGURED = "configured"
    DOWN = "down"
    NOT_CONFIGURED = "not_configured"
    UP = "up"

    def __str__(self) -> str:
        return str(self.value)
