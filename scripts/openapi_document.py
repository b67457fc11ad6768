"""Write docs/openapi.json: what the server documents about itself."""

import json
from pathlib import Path

from sonant.app import create_app
from sonant.config import Settings

PAGE = Path(__file__).parents[1] / "docs" / "openapi.json"

if __name__ == "__main__":
    PAGE.write_text(json.dumps(create_app(Settings()).openapi(), indent=1, ensure_ascii=False) + "\n")
