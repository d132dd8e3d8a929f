"""Answers that are problems, as exceptions."""

from typing import TypeVar

from .rest.models.problem import Problem

T = TypeVar("T")


class ApiError(Exception):
    """The broker refused a request. Go by `problem.code`, which is stable."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem


def unwrap(answer: T | Problem | None) -> T:
    """What an operation's `sync` or `asyncio` gave, or an ApiError in place of a problem."""
    if isinstance(answer, Problem):
        raise ApiError(answer)
    if answer is None:
        raise RuntimeError("the broker gave an answer that its document does not have")
    return answer
