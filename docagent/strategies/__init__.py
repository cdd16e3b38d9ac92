"""How a question is answered: each strategy is a file that reads top-down."""
