from enum import StrEnum


class NewImportKind(StrEnum):
    CONTACTS = "contacts"
    MEMBERS = "members"

    def __str__(self) -> str:
        return str(self.value)
