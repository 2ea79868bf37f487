"""How a search is to be read: by the indexes of pairs, or along an order.

The planner takes the pairs of a word for independent of one another, and a filter on a long array for cheap. Both
are wrong here: it believes common words rare, and looks into a thousand arrays where one index has the answer. So the
search, which has looked, says which way to go. Settings hold inside the block, in this transaction only.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

_SET = text(
    "SELECT set_config('enable_seqscan', :seqscan, true), set_config('enable_indexscan', :indexscan, true), "
    "set_config('enable_bitmapscan', :bitmapscan, true), set_config('enable_sort', :sort, true)"
)
_ALL = {"seqscan": "on", "indexscan": "on", "bitmapscan": "on", "sort": "on"}
_BY_INDEX = _ALL | {"seqscan": "off", "indexscan": "off"}
_ALONG = _ALL | {"bitmapscan": "off", "sort": "off"}


@contextmanager
def by_index(session: Session) -> Iterator[None]:
    """Find the rows in the indexes of pairs, then look at them."""
    session.execute(_SET, _BY_INDEX)
    yield
    session.execute(_SET, _ALL)


@contextmanager
def along_order(session: Session) -> Iterator[None]:
    """Inside `by_index`: walk along the index that has the order, looking at each row, until enough are found."""
    session.execute(_SET, _ALONG)
    yield
    session.execute(_SET, _BY_INDEX)
