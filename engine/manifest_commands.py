"""`atlas manifest slack|teams`: what to paste or upload so that the platform knows Atlas."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

PACKAGE = Path("atlas-teams.zip")

Url = Annotated[
    str | None,
    typer.Option(help="The public address of Atlas, such as https://atlas.example.com."),
]


def manifest_commands() -> typer.Typer:
    """The commands; none of them calls anybody."""
    app = typer.Typer(help="How Slack and Teams get to know Atlas.", no_args_is_help=True)

    @app.command()
    def slack(url: Url = None) -> None:
        """Print the app manifest; without an address it is for Socket Mode, which needs none."""
        from engine.manifests.slack import slack_manifest  # noqa: PLC0415  # only where it is used

        typer.echo(json.dumps(slack_manifest(url), indent=2))

    @app.command()
    def teams(
        url: Url = None,
        output: Annotated[Path, typer.Option("-o", "--output", help="The zip file.")] = PACKAGE,
    ) -> None:
        """Write the app package for TEAMS_APP_ID: the manifest and the icons, to upload."""
        from engine.errors import ConfigurationError  # noqa: PLC0415  # as above
        from engine.manifests.teams import teams_package  # noqa: PLC0415  # as above

        package = teams_package(os.environ.get("TEAMS_APP_ID"), url)
        try:
            output.write_bytes(package)
        except OSError as error:
            message = f"{output} can't be written: {error.strerror}."
            raise ConfigurationError(message, "Choose another place with --output.") from error
        typer.echo(f"{output} is written. Upload it in Teams under «Manage your apps».")

    return app
