from enum import StrEnum


class ChangedBy(StrEnum):
    ADMIN = "admin"
    APP = "app"
    BROKER = "broker"
    CLI = "cli"
    COMMUNITY = "community"
    MEMBER = "member"
    MIGRATION = "migration"
    POOL_FILE = "pool_file"
    USER = "user"

    def __str__(self) -> str:
        return str(self.value)
