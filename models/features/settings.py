"""What settings that travel in the weights' metadata have in common."""

import math
from dataclasses import fields
from numbers import Real
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def require_numbers(settings: "DataclassInstance") -> None:
    """Every field is a finite number.

    Raises:
        ValueError: names the first that is not.
    """
    for field in fields(settings):
        value = getattr(settings, field.name)
        if not isinstance(value, Real) or not math.isfinite(value):
            raise ValueError(f"{field.name} is {value!r}, which is no number")
