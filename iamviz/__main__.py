"""`python -m iamviz` is the `iamviz` command."""

from iamviz.cli import main

main()
