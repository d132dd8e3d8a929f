from enum import StrEnum


class NewDeviceKindType1(StrEnum):
    APP = "app"
    PHONE = "phone"

    def __str__(self) -> str:
        return str(self.value)
