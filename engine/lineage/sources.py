"""The names that OpenLineage gives to what bronze is loaded from."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from engine.catalog.model import PostgresSource, Project, Source
from engine.lineage.model import ExternalDataset

FILES = "file"
"""The namespace of delivered files."""

_PORT = 5432


def external(source: Source, environment: Mapping[str, str]) -> ExternalDataset:
    """Files by the pattern that the project gives; a table by its server, without credentials.

    A server whose address is not known here is named for the variable that would hold it.
    """
    if not isinstance(source, PostgresSource):
        return ExternalDataset(FILES, source.path)
    unknown = ExternalDataset(f"postgres://{source.url_env}", source.table)
    try:
        parts = urlsplit(environment.get(source.url_env, ""))
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        return unknown
    database = parts.path.strip("/")
    if not host or not database:
        return unknown
    shown = f"[{host}]" if ":" in host else host
    return ExternalDataset(f"postgres://{shown}:{port}", f"{database}.{_with_schema(source.table)}")


def _with_schema(table: str) -> str:
    return table if "." in table else f"public.{table}"


def external_sources(
    project: Project, environment: Mapping[str, str]
) -> Mapping[str, ExternalDataset]:
    """What each table of a project is loaded from, by the table's name."""
    return {table.name: external(table.source, environment) for table in project.tables}
