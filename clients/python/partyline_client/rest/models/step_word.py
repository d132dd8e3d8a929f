from enum import StrEnum


class StepWord(StrEnum):
    ACCEPTED = "accepted"
    BECAME = "became"
    CALLBACK = "callback"
    DEADLINE = "deadline"
    HELD_UNTIL = "held_until"
    PART = "part"
    RULED = "ruled"
    SENT = "sent"
    WAITS = "waits"

    def __str__(self) -> str:
        return str(self.value)
