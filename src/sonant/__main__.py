"""Start of the command line."""

from sonant.cli.main import main

if __name__ == "__main__":
    main()
