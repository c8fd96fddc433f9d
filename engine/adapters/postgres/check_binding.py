"""Checks whose own SQL reads the table that a run staged, where it names the published one."""

from dataclasses import replace

from engine.adapters.postgres.check_sql import TableName
from engine.adapters.postgres.check_values import Unanswerable
from engine.adapters.postgres.staging import STAGED
from engine.sodacl.model import Form
from engine.sodacl.rebinding import Binding, Unbindable, rebound


def bound(form: Form, name: TableName) -> Form:
    """The check of a staged table; raises Unanswerable where its SQL can't be made to read it."""
    schema, table = name
    staged = STAGED.fullmatch(table)
    if staged is None:
        return form
    try:
        return replace(form, rule=rebound(form.rule, Binding(schema, staged[1], table)))
    except Unbindable as why:
        raise Unanswerable(str(why)) from None
