"""Windows to learn from: those in which a corpus is heard are left out with it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.training.voice.windows import JOINED, without

NAMES = ("nemo", "nemo2", "tess", "us8k")


@given(st.lists(st.sets(st.sampled_from(NAMES), min_size=1), max_size=20))
def test_what_is_left_has_nothing_of_the_corpus_in_it(heard):
    corpora = np.array([JOINED.join(sorted(one)) for one in heard], np.str_)
    for name in NAMES:
        assert without(corpora, name).tolist() == [name not in one for one in heard]
