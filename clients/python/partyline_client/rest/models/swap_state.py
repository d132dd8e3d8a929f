from enum import StrEnum


class SwapState(StrEnum):
    DONE = "done"
    FAILED = "failed"
    PAUSED = "paused"
    RUNNING = "running"
    UNDOING = "undoing"
    UNDONE = "undone"

    def __str__(self) -> str:
        return str(self.value)
