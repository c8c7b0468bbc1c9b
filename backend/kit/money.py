from collections.abc import Sequence

FEN_PER_YUAN = 100
PER_TEN_THOUSAND = 10_000


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` over `weights` in whole numbers by the largest remainder (Hamilton's method).

    The parts add up to `total`, none is below 0, and each differs from its exact share by less than one. Equal
    remainders go to the earlier part. Weights are >= 0; where all are 0 the first part takes everything.
    Raises ValueError when there is nothing to divide over.
    """
    if not weights or total < 0 or min(weights) < 0:
        raise ValueError("a total >= 0 is spread over weights >= 0")
    whole = sum(weights)
    if whole == 0:
        return [total, *[0] * (len(weights) - 1)]
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(total * weights[place] % whole))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def yuan(fen: int) -> str:
    """An amount as people read it: 123456 fen is '¥1234.56'."""
    sign = "-" if fen < 0 else ""
    return f"{sign}¥{abs(fen) // FEN_PER_YUAN}.{abs(fen) % FEN_PER_YUAN:02d}"
