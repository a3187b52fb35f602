"""`python -m web.gallery FOLDER`: writes every page as a file."""

import sys
from pathlib import Path

from web.gallery import exhibits, render_exhibit


def main(folder: str) -> None:
    """Write every page as a file into `folder`."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, exhibit in exhibits().items():
        (target / f"{name}.html").write_text(render_exhibit(exhibit), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
