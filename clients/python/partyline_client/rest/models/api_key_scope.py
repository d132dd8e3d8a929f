from enum import StrEnum


class ApiKeyScope(StrEnum):
    ADMIN = "admin"
    APP = "app"
    COMMUNITY = "community"

    def __str__(self) -> str:
        return str(self.value)
