"""What is usual at a time of day: on how many days which sounds were heard, and nothing happened.

A minute whose sound raised an alert makes nothing usual, unless somebody called it a false alarm:
what happens every night must not become ordinary by itself. Nor does the present day, of which
nobody knows yet what it was.
"""

import sqlite3
import time

EITHER_WAY_MIN = 60  # of the time of day: what begins at eight may begin at nine
HEARD_MIN = 10  # minutes about that time, for a day to count
STRONG = 0.1  # score from which a sound was there
BESIDE_S = 60.0  # an alert's minutes, and so much before and after, make nothing usual
PRESENT_S = 43_200.0  # what is newer belongs to the same evening or night

# Minutes of every day about the time of day :now, the days of which there are enough, and when
# something happened. The first row counts the days, those after it the days of each sound.
_QUERY = """
WITH minutes AS (
    SELECT start, sounds, date(start, 'unixepoch', 'localtime') AS day,
        abs(strftime('%H', start, 'unixepoch', 'localtime') * 60
            + strftime('%M', start, 'unixepoch', 'localtime') - :now) AS away
    FROM minute WHERE start >= :since AND start < :until - :present
), around AS (
    SELECT * FROM minutes WHERE min(away, 1440 - away) <= :either
), days AS (
    SELECT day FROM around GROUP BY day HAVING count(*) >= :heard
), called_false AS (
    SELECT alert FROM feedback WHERE kind = 'false_alarm'
        AND id IN (SELECT max(id) FROM feedback GROUP BY alert)
), happened AS MATERIALIZED (
    SELECT min(wall) - :beside AS began,
        CASE WHEN max(phase = 'cleared') THEN max(wall) + :beside ELSE :until END AS ended
    FROM event WHERE wall >= :since AND source <> 'demo' AND alert NOT IN called_false
    GROUP BY alert
), heard AS MATERIALIZED (
    SELECT day, CASE WHEN json_valid(sounds) THEN sounds ELSE '{}' END AS sounds FROM around
    WHERE day IN days AND NOT EXISTS (
        SELECT 1 FROM happened WHERE start < ended AND start + 60 > began)
), sounds AS (
    SELECT CAST(sound.key AS TEXT) AS name, count(DISTINCT day) AS days
    FROM heard JOIN json_each(CASE WHEN json_type(sounds) = 'object' THEN sounds ELSE '{}' END)
        AS sound
    WHERE typeof(sound.value) IN ('real', 'integer') AND sound.value >= :strong
    GROUP BY name
)
SELECT NULL, count(*) FROM days UNION ALL SELECT * FROM sounds
"""


def load_usual(
    connection: sqlite3.Connection, since: float, until: float
) -> tuple[int, dict[str, int]]:
    """Days on which this place was heard about the time of day of ``until``, and each sound's.

    Args:
        connection: of the store.
        since: from when on days count, wall time.
        until: the moment; local time decides which time of day it is.

    Returns:
        How many days were heard, and on how many of them each sound was, most usual first.
    """
    local = time.localtime(until)
    span = {
        "since": since, "until": until, "now": local.tm_hour * 60 + local.tm_min,
        "either": EITHER_WAY_MIN, "heard": HEARD_MIN, "strong": STRONG, "beside": BESIDE_S,
        "present": PRESENT_S,
    }  # fmt: skip
    (_, days), *sounds = connection.execute(_QUERY, span).fetchall()
    return int(days), dict(sorted(sounds, key=lambda sound: (-sound[1], sound[0])))
