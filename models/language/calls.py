"""Words that leave little doubt: calls for help that both models may miss when they are short.

"Help me" is what people shout, and it is also how they ask for the salt. What follows tells the
two apart.
"""

import re
from typing import Final

_ORDINARY: Final = (
    r"(?!(?:\s+(?:me|us))?\s+(?:with|find|to|choose|pick|carry|move|finish|understand|remember"
    r"|decide|learn|out|set|make|clean|cook|write|fix|open|yourself|dance|a (?:bit|little)"
    r"|get (?:this|the|it|dressed|ready)))"
)
_CALLS: Final = (
    rf"\bhelp\s+(?:me|us|him|her)\b{_ORDINARY}",
    r"^\W*(?:oh\s+god\W+|please\W+)?help\W*$",
    r"\bhelp\W+help\W*$",
    rf"\bplease\W+help\b{_ORDINARY}",
    rf"\b(?:somebody|someone|anybody|anyone)\W+(?:please\W+)?help\b{_ORDINARY}",
    r"\bcall\s+(?:an?\s+|the\s+)?(?:ambulance|police|doctor|fire brigade|nine one one|911|999)\b",
    r"\b(?:i|he|she)\s+(?:can\W?t|cannot|can not)\s+breathe\b(?!\W+(?:that|it)\b)",
    r"\b(?:isn\W?t|not|stopped) breathing\b",
    r"\blet (?:me )?go of me\b|\bget (?:off|away from) me\b|\bleave me alone\b",
    r"\b(?:don\W?t|stop) (?:hurt|hit|hitting|hurting) me\b|\bdon\W?t (?:kill|shoot) (?:me|us)\b",
    r"\bsave me\b(?!\s+(?:tonight|some|a|the))|\b(?:has|got) a (?:knife|gun)\b",
    r"\bi\W?(?:m| am) going to kill you\b(?!\s+if)",
    r"\bi\W?ve fallen\b|\bi\W?m bleeding\b(?!\s+out)",
)
_ANY: Final = re.compile("|".join(_CALLS), re.IGNORECASE)


def calls(text: str) -> bool:
    """Whether ``text`` has words that leave little doubt."""
    return _ANY.search(text) is not None
