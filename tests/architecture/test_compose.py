"""docker-compose.yml is what Compose's own parser takes, and asks for every secret."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"POSTGRES_PASSWORD": "p", "EURYALE_JWT_SECRET": "j" * 32}


def complaints(file: Path, environment: dict[str, str]) -> str:
    # The parser's exit code is always 0: what it has to say stands on stderr.
    plain = {name: text for name, text in os.environ.items() if name not in SECRETS}
    command = ["docker-compose", "-f", str(file), "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, env=plain | environment, check=False)
    return done.stderr.strip()


def test_composes_parser_takes_the_file() -> None:
    assert complaints(ROOT / "docker-compose.yml", SECRETS) == ""


@pytest.mark.parametrize("secret", SECRETS)
def test_a_missing_secret_is_named(secret: str) -> None:
    rest = {name: text for name, text in SECRETS.items() if name != secret}
    assert secret in complaints(ROOT / "docker-compose.yml", rest)


def test_the_parser_would_notice_an_unknown_key(tmp_path: Path) -> None:
    broken = (ROOT / "docker-compose.yml").read_text().replace("    restart: unless-stopped", "    restrat: always", 1)
    (tmp_path / "docker-compose.yml").write_text(broken)
    assert complaints(tmp_path / "docker-compose.yml", SECRETS)


def test_everything_starts_in_an_order() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert set(services) >= {"postgres", "temporal-schema", "temporal", "temporal-ui", "migrate", "api", "worker"}
    for name in ("api", "worker"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert services[name]["healthcheck"]["test"]
