"""Write data/example_company and data/example_company_last_month: `python -m scripts.example_account`.

A test holds the files against what is written here. Ids are made from names, so that every run writes the same bytes.
"""

import json
from pathlib import Path

from scripts.example_account.company import files

DATA = Path(__file__).parent.parent.parent / "data"

for folder, last_month in (("example_company", False), ("example_company_last_month", True)):
    target = DATA / folder
    target.mkdir(exist_ok=True)
    for name, content in files(last_month).items():
        (target / name).write_text(json.dumps(content, indent=1) + "\n", "utf-8")
