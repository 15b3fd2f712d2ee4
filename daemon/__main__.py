"""``python -m daemon`` is ``distressd``."""

from daemon.cli import main

if __name__ == "__main__":
    main()
