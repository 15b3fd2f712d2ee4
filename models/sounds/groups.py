"""Which AudioSet classes speak for what.

The names are AudioSet's display names, as YAMNet's class map and EfficientAT's labels have them.
"""

GROUPS: dict[str, tuple[str, ...]] = {
    "scream": ("Screaming",),
    "shouting": ("Shout", "Yell", "Bellow"),
    "crying": ("Crying, sobbing", "Wail, moan", "Whimper"),
    "pain": ("Groan",),
    "infant": ("Baby cry, infant cry",),
    "laughter": ("Laughter", "Giggle", "Snicker", "Belly laugh", "Chuckle, chortle"),
    "children": ("Children playing", "Children shouting", "Child speech, kid speaking"),
    "speech": ("Speech", "Conversation", "Narration, monologue"),
    "music": ("Music", "Singing", "Musical instrument"),
    "animal": ("Animal", "Dog", "Cat", "Bird", "Chicken, rooster"),
    "reflex": ("Sneeze", "Cough", "Snoring", "Burping, eructation"),
}
# What is no distress by itself and says something of the sounds around it.
AROUND: dict[str, tuple[str, ...]] = {
    "breaking": ("Glass", "Shatter", "Breaking", "Smash, crash"),
    "shot": ("Gunshot, gunfire", "Machine gun", "Explosion"),
    "fire_alarm": ("Fire alarm", "Smoke detector, smoke alarm"),
    "siren": ("Siren",),
}
DISTRESS_GROUPS = ("scream", "shouting", "crying", "pain")

_AROUND = (
    "Glass", "Shatter", "Breaking", "Smash, crash", "Gunshot, gunfire", "Machine gun", "Explosion",
    "Siren", "Alarm", "Fire alarm", "Smoke detector, smoke alarm", "Gasp", "Grunt", "Breathing",
    "Baby laughter", "Whispering", "Crowd", "Television", "Radio", "Vehicle", "Water", "Rain",
    "Thunder", "Wind", "Door", "Knock", "Thump, thud", "Dishes, pots, and pans", "Vacuum cleaner",
    "Telephone", "Walk, footsteps", "Engine", "Silence",
)  # fmt: skip
# The classes that the student tells apart, in the order of its outputs.
HEARD: tuple[str, ...] = (*(name for names in GROUPS.values() for name in names), *_AROUND)
