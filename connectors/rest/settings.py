"""What `connectors.rest` of configuration.yaml may hold, with defaults."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.errors import ConfigurationError

Origin = Annotated[str, Field(pattern=r"^https?://[^/\s*]+$")]


class Cors(BaseModel):
    """Which web pages of other addresses may use the API from a browser."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    origins: tuple[Origin, ...] = ()
    """Each as browsers send it, such as `https://data.example.com`."""


class RestSettings(BaseModel):
    """The settings of the API."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate: Annotated[float, Field(gt=0)] = 50
    """Requests a second that one token may make for long."""

    burst: Annotated[int, Field(ge=1)] = 100
    """Requests that one token may make at once after a rest."""

    body_limit: Annotated[int, Field(ge=1)] = 64 * 1024
    """Bytes that the body of a request may have."""

    event_limit: Annotated[int, Field(ge=1)] = 1024 * 1024
    """Bytes that a lineage event may have; some tell of hundreds of columns."""

    cors: Cors = Cors()
    """Off unless origins are named."""

    @classmethod
    def read(cls, values: Mapping[str, object]) -> Self:
        """Settings from a part of configuration.yaml; raises ConfigurationError."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            detail = error.errors()[0]
            path = ".".join(("connectors", "rest", *(str(part) for part in detail["loc"])))
            known = f"Known settings there: {', '.join(cls.model_fields)}."
            message = f"configuration.yaml: {path}: {detail['msg']}."
            raise ConfigurationError(message, known) from error
