"""What every section of the settings is: unchangeable, without unknown keys, and its values in no error message."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _address(text: str) -> str:
    host, separator, port = text.rpartition(":")
    if not separator or not host or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the last port
        raise ValueError('write it as "host:port", for example "127.0.0.1:8080" (port 0: any free one)')
    return text


Address = Annotated[str, AfterValidator(_address)]
