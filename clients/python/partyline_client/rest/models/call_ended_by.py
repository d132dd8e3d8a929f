from enum import StrEnum


class CallEndedBy(StrEnum):
    APP = "app"
    BROKER = "broker"
    CALLEE = "callee"
    CALLER = "caller"

    def __str__(self) -> str:
        return str(self.value)
