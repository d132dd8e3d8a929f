from enum import StrEnum


class ImportState(StrEnum):
    DONE = "done"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    REFUSED = "refused"
    RUNNING = "running"

    def __str__(self) -> str:
        return str(self.value)
