"""Failures that a test plans for."""

from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(slots=True)
class _Fault:
    operation: str
    subject: Hashable | None
    error: Exception
    times: int | None
    after: int


class Faults:
    """Makes named operations of the fakes raise, always or a number of times."""

    def __init__(self) -> None:
        self._planned: list[_Fault] = []

    def plan(
        self,
        operation: str,
        error: Exception,
        subject: Hashable | None = None,
        times: int | None = None,
        after: int = 0,
    ) -> None:
        """Raise the error at that operation, such as `publish`; on one dataset where given.

        It goes well so many times before.
        """
        self._planned.append(_Fault(operation, subject, error, times, after))

    def clear(self) -> None:
        """Let everything succeed again."""
        self._planned.clear()

    @property
    def are_over(self) -> bool:
        """Whether all that was planned for a number of times came about."""
        return not self._planned

    def reach(self, operation: str, subject: Hashable | None = None) -> None:
        """Raise what was planned for the operation; the fakes call this."""
        for fault in tuple(self._planned):
            if fault.operation == operation and fault.subject in {None, subject}:
                self._come_to(fault)

    def _come_to(self, fault: _Fault) -> None:
        if fault.after:
            fault.after -= 1
            return
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self._planned.remove(fault)
        raise fault.error
