"""`python -m kg` is `kg`. Guarded, since processes that are spawned import it again."""

from kg.cli import main

if __name__ == "__main__":
    main()
