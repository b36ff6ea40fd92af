"""`python -m doctor`: for where no script was installed, as with a folder on PYTHONPATH."""

from __future__ import annotations

from doctor.cli import main

if __name__ == "__main__":
    main()
