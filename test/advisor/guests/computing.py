"""Procedures that only compute."""


def digits(number: int) -> int:
    total = 0
    for step in range(20000):
        total = (total + number * step) % 9973
    return total


def digits_at_once(number: int) -> int:
    return number * 199990000 % 9973


def my_upper(text: str) -> str:
    return text.upper()


def my_round(value: float) -> float:
    return float(round(value))


def hoard(count: int) -> int:
    return len([str(number) for number in range(count)])


def stream(count: int) -> int:
    return sum(1 for _ in range(count))


def checked(number: int) -> int:
    if number % 10 == 0:
        raise ValueError(f"{number} is round")
    return number * 2


def unchecked(number: int) -> int:
    return number * 2
