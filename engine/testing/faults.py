"""Failures that a test plans for."""

from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(slots=True)
class _Fault:
    operation: str
    subject: Hashable | None
    error: Exception
    times: int | None


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
    ) -> None:
        """Raise the error at that operation, such as `publish`; on one dataset where given."""
        self._planned.append(_Fault(operation, subject, error, times))

    def clear(self) -> None:
        """Let everything succeed again."""
        self._planned.clear()

    def reach(self, operation: str, subject: Hashable | None = None) -> None:
        """Raise what was planned for the operation; the fakes call this."""
        for fault in self._planned:
            if fault.operation == operation and fault.subject in {None, subject}:
                self._count(fault)
                raise fault.error

    def _count(self, fault: _Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self._planned.remove(fault)
