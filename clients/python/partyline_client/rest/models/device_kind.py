from enum import StrEnum


class DeviceKind(StrEnum):
    APP = "app"
    PHONE = "phone"

    def __str__(self) -> str:
        return str(self.value)
