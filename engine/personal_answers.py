"""Answers about personal data: rules, people, anonymity, and who did what with them."""

from typing import TypeAlias

from engine.anonymity_answers import AnonymityAnswers
from engine.approvals.model import Foreseen
from engine.audit_answers import AuditAnswers
from engine.cards import Card
from engine.commands import Audit, CheckAnonymity, Command
from engine.people import Asker
from engine.person_answers import PersonAnswers, PersonCommand
from engine.privacy_answers import PrivacyAnswers, PrivacyCommand

PersonalCommand: TypeAlias = PrivacyCommand | PersonCommand | CheckAnonymity | Audit


class PersonalAnswers:
    """Hands each question to whoever knows."""

    def __init__(
        self,
        rules: PrivacyAnswers,
        persons: PersonAnswers,
        anonymity: AnonymityAnswers,
        audit: AuditAnswers,
    ) -> None:
        self._rules = rules
        self._persons = persons
        self._anonymity = anonymity
        self._audit = audit

    async def foresee(self, command: Command, asker: Asker) -> Foreseen | None:
        """What a rule would take away; raises EngineError where it would be refused."""
        return await self._rules.foresee(command, asker)

    async def answer(self, command: PersonalCommand, asker: Asker) -> Card:
        """Carry it out; raises EngineError where it is refused."""
        match command:
            case Audit():
                return await self._audit.answer(command)
            case CheckAnonymity():
                return await self._anonymity.answer(command)
            case _ if isinstance(command, PersonCommand):
                return await self._persons.answer(command, asker)
            case _:
                return await self._rules.answer(command, asker)
