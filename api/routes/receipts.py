"""What a deletion leaves: a receipt."""

from datetime import datetime

from ..paging import Shown


class ReceiptShown(Shown):
    """Proof of a deletion: what it was, and how many rows, files and bytes went."""

    id: str
    kind: str
    subject_id: str
    rows: int
    files: int
    bytes: int
    created_at: datetime
