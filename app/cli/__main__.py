"""`python -m app.cli`: the command where no launcher is installed, as in the container."""

from app.cli.main import main

main()
