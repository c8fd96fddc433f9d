"""The lineage of columns, read from SQL with the schema that it meets."""

from engine.adapters.sql_lineage.cached import SqlLineage as SqlLineage
from engine.adapters.sql_lineage.scope import ANY as ANY
from engine.adapters.sql_lineage.statements import RESULT as RESULT
from engine.adapters.sql_lineage.statements import Written as Written
from engine.adapters.sql_lineage.statements import statement_lineage as statement_lineage
