"""`iamviz draw`: a map of an account, or of what is around one role or user."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from iamviz.commands.common import Accounts, Exit, RedactExport, fail, load, say, write

__all__ = ["HELP", "draw"]

HELP = """Draw who may become whom: the whole account, or what is around one user or role.

Without --to the map is told in words. With --to it is written into a file: .html, or .svg and .png for slides. What is
drawn from a real account into a file is redacted unless you say --no-redact.

\b
Examples:
  iamviz draw Deploy --account account.json
  iamviz draw Deploy --hops 2 --account account.json --to deploy.html
  iamviz draw --account staging_bucket --to map.svg
"""
