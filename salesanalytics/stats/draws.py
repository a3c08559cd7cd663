"""How many draws are made together: as many as memory holds easily, however many numbers each of them takes."""

AT_ONCE = 2_000_000


def draws_at_once(numbers: int) -> int:
    """How many draws of so many numbers each are made together; at least one."""
    return max(AT_ONCE // numbers, 1)
