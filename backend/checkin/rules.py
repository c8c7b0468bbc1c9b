from datetime import date, timedelta

from config.policy import CHECK_IN_LONGEST_PAID_STREAK, CHECK_IN_POINTS, CHECK_IN_STREAK_BONUS


def streak_on(last_day: date, streak: int, today: date) -> int:
    """The streak that stands on `today`: it lives through the day after the last visit, then it is 0."""
    return streak if last_day >= today - timedelta(days=1) else 0


def next_streak(last_day: date, streak: int, today: date) -> int:
    """The streak that a visit on `today`, a day after `last_day`, makes."""
    return streak_on(last_day, streak, today) + 1


def reward(streak: int) -> int:
    """The points for the `streak`-th day in a row; a longer streak never pays less."""
    return CHECK_IN_POINTS + CHECK_IN_STREAK_BONUS * (min(streak, CHECK_IN_LONGEST_PAID_STREAK) - 1)
