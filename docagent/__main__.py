"""`python -m docagent` is the `docagent` command."""

from docagent.cli import main

if __name__ == "__main__":
    main()
