from enum import StrEnum


class CallOrigin(StrEnum):
    APP = "app"
    PHONE = "phone"

    def __str__(self) -> str:
        return str(self.value)
