"""The service's settings: defaults written once, changed by `FORMCHECK_SERVICE_*` variables or by options."""

import shlex
from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from formcheck.settings import Preset, read_settings

MIB = 1024 * 1024
GIB = 1024 * MIB


class ServiceSettings(BaseSettings):
    """All settings of the service; limits are those that `api/SECURITY.md` states.

    `database_url` empty means SQLite in the data folder; `storage_url` empty, that videos and results lie
    there too, else it names a bucket. `public_url` is the address that links are made with, where a proxy
    stands in front; with https its cookies are sent over https only. `confine_with` is a program, with its
    arguments, put before the command of each decoder, such as bubblewrap.
    """

    model_config = SettingsConfigDict(env_prefix="FORMCHECK_SERVICE_", extra="forbid", frozen=True)

    data_dir: Path = Field(default_factory=lambda: user_data_path("formcheck"))
    database_url: str = ""
    storage_url: str = ""
    public_url: str = ""
    preset: Preset = "balanced"
    jobs_per_worker: int = Field(1, ge=1, le=64)
    confine_with: Annotated[tuple[str, ...], NoDecode] = ()

    upload_bytes: int = Field(500 * MIB, ge=1024)
    quota_bytes: int = Field(20 * GIB, ge=1024)
    reserve_bytes: int = Field(1 * GIB, ge=0)
    decoder_memory_bytes: int = Field(2 * GIB, ge=256 * MIB)
    probe_wall_s: float = Field(60.0, gt=0)
    job_cpu_s: int = Field(3600, ge=10)
    job_wall_s: float = Field(3600.0, gt=0)
    stall_s: float = Field(60.0, gt=0)
    lost_after_s: float = Field(30.0, gt=0)
    crashes: int = Field(3, ge=1, le=10)
    restarts: int = Field(25, ge=1, le=1000)

    queue_length: int = Field(50, ge=1)
    jobs_per_tenant: int = Field(2, ge=1)
    requests_per_min: int = Field(60, ge=1)
    page_requests_per_min: int = Field(600, ge=1)
    uploads_per_h: int = Field(10, ge=1)
    page_uploads_per_h: int = Field(60, ge=1)
    sign_ins_per_min: int = Field(5, ge=1)
    retention_days: int = Field(30, ge=0)
    session_days: int = Field(14, ge=1)

    @field_validator("confine_with", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(shlex.split(value)) if isinstance(value, str) else value

    @property
    def sqlalchemy_url(self) -> str:
        """The database's address as SQLAlchemy wants it."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir.absolute() / 'formcheck.db'}"
        for short in ("postgresql://", "postgres://"):
            if self.database_url.startswith(short):
                return "postgresql+psycopg://" + self.database_url.removeprefix(short)
        return self.database_url

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies may be sent over https only."""
        return self.public_url.startswith("https://")


def load_service_settings(**overrides: object) -> ServiceSettings:
    """Read the settings; `None` among the overrides means "not given".

    Raises
    ------
    SettingsError
        A wrong name, type or range, with each offending setting.
    """
    hint = "Check the options and the FORMCHECK_SERVICE_* variables."
    return read_settings(ServiceSettings, "settings of the service", hint, overrides)
