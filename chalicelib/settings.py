"""The settings of a stage, read from environment variables and validated."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from chalicelib.converter import Options
from chalicelib.errors import BadOption, SettingsError
from chalicelib.suffixes import Suffixes


class NamesOf(TypedDict):
    """Arguments of the functions of `naming`."""

    input_prefix: str
    output_prefix: str
    suffixes: Suffixes


PROVISION_HINT = "run `make deploy STAGE=<stage>` once, which provisions the stage and records it"


@dataclass(frozen=True)
class Settings:
    """The settings of one stage.

    `input_prefix` and `output_prefix` are prefixes of object keys. They may be empty if the two
    buckets differ; within one bucket neither may begin with the other, or each PDF would be
    converted again. `shards` is the number of partitions per bucket in the table; it must not
    change once records exist, or they would not be found. Files larger than `max_bytes`, compressed
    or not, PDFs of more than `max_pages` pages, and files without one of the `suffixes` are
    refused. `options` are the default page options, which the metadata of a file may override.
    `uploads` says whether the API signs upload forms. `topic` is the ARN of the SNS topic for
    settled files, and `stream` that of the table's stream, which only the deployment uses.
    """

    stage: str
    input_bucket: str
    output_bucket: str
    table: str
    token_parameter: str
    topic: str = ""
    stream: str = ""
    input_prefix: str = ""
    output_prefix: str = ""
    shards: int = 16
    max_bytes: int = 256 * 2**20
    max_pages: int = 100_000
    uploads: bool = True
    suffixes: Suffixes = field(default_factory=Suffixes)
    options: Options = field(default_factory=Options)

    @property
    def names(self) -> NamesOf:
        """The arguments by which the functions of `naming` map this stage's texts to its PDFs."""
        return {
            "input_prefix": self.input_prefix,
            "output_prefix": self.output_prefix,
            "suffixes": self.suffixes,
        }

    def __post_init__(self) -> None:
        for name in ("shards", "max_bytes", "max_pages"):
            if getattr(self, name) < 1:
                raise SettingsError(
                    f"{name.upper()} is {getattr(self, name)}; it must be 1 or more"
                )
        if self.input_bucket == self.output_bucket and (
            self.input_prefix.startswith(self.output_prefix)
            or self.output_prefix.startswith(self.input_prefix)
        ):
            raise SettingsError(
                f"INPUT_PREFIX {self.input_prefix!r} and OUTPUT_PREFIX {self.output_prefix!r} "
                f"overlap in bucket {self.input_bucket}, so each PDF would be converted again: "
                "choose prefixes of which neither begins with the other, or two buckets"
            )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Return the settings from these environment variables, whose names are in capitals.

        Raises SettingsError if a setting is missing or invalid, or contradicts another.
        """
        required = ("STAGE", "INPUT_BUCKET", "OUTPUT_BUCKET", "TABLE", "TOKEN_PARAMETER")
        missing = [name for name in required if not environment.get(name)]
        if missing:
            raise SettingsError(f"setting {', '.join(missing)} is missing: {PROVISION_HINT}")
        numbers: dict[str, int] = {}
        for name in ("SHARDS", "MAX_BYTES", "MAX_PAGES"):
            text = environment.get(name)
            if text is not None and not (text.isascii() and text.isdigit()):
                raise SettingsError(f"{name} is {text!r}; it must be a whole number")
            if text is not None:
                numbers[name.lower()] = int(text)
        return cls(
            stage=environment["STAGE"],
            input_bucket=environment["INPUT_BUCKET"],
            output_bucket=environment["OUTPUT_BUCKET"],
            table=environment["TABLE"],
            token_parameter=environment["TOKEN_PARAMETER"],
            topic=environment.get("TOPIC", ""),
            stream=environment.get("STREAM", ""),
            input_prefix=environment.get("INPUT_PREFIX", ""),
            output_prefix=environment.get("OUTPUT_PREFIX", ""),
            uploads=_switch(environment, "UPLOADS"),
            suffixes=Suffixes.parse(environment.get("SUFFIXES", "")),
            options=_options(environment),
            **numbers,
        )

    @classmethod
    def from_chalice_config(cls, chalice_directory: Path, stage: str) -> "Settings":
        """Return the settings of `stage` that provisioning wrote to `.chalice/config.json`.

        `chalice_directory` is the folder `.chalice`. Raises SettingsError if the file cannot be
        read, if the stage was never provisioned, and as `from_environment`.
        """
        try:
            config = json.loads((chalice_directory / "config.json").read_text("utf-8"))
            stages = config["stages"]
        except (OSError, ValueError, KeyError) as error:
            raise SettingsError(f".chalice/config.json cannot be read: {PROVISION_HINT}") from error
        if stage not in stages:
            known = ", ".join(sorted(stages)) or "none"
            raise SettingsError(
                f"stage {stage!r} is not provisioned (known: {known}): {PROVISION_HINT}"
            )
        return cls.from_environment(
            config.get("environment_variables", {}) | stages[stage].get("environment_variables", {})
        )


def _switch(environment: Mapping[str, str], name: str) -> bool:
    """Return a setting that is on, the default, or off."""
    text = environment.get(name) or "on"
    if text not in {"on", "off"}:
        raise SettingsError(f"{name} is {text!r}; it must be on or off")
    return text == "on"


def _options(environment: Mapping[str, str]) -> Options:
    """Return the page options from the variables whose names begin with PDF_."""
    values = {
        name.lower().replace("_", "-"): value
        for name, value in environment.items()
        if name.startswith("PDF_") and value
    }
    try:
        return Options.parse(values)
    except BadOption as error:
        raise SettingsError(f"{error} It is set in .chalice/config.json, in capitals.") from error


def last_deployed_stage(chalice_directory: Path) -> str:
    """Return the name of the stage that was deployed last.

    That is the one whose file in the folder `deployed` of `chalice_directory` is the newest. Raises
    SettingsError if there is none.
    """
    deployed = (chalice_directory / "deployed").glob("*.json")
    newest = max(deployed, key=lambda path: path.stat().st_mtime_ns, default=None)
    if newest is None:
        raise SettingsError(
            "nothing is deployed from this folder: run `make run` to try it locally "
            "or `make deploy STAGE=dev` for AWS, or name a stage with --stage"
        )
    return newest.stem
