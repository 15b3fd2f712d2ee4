"""Long streams of everyday sound with distress in some of them: the measure that counts.

``material`` says which recordings are what, ``script`` who sounds when, ``mixing`` makes samples
of that, ``scoring`` compares the alerts with what was mixed, ``figures`` adds everything up.
"""
