"""What is done to the catalogue: from a document to drafts, from drafts to public versions, and to their end.

`read_file`/`read_pasted` and `take_in` make a draft policy with draft items; `save_item`, `add_item`, `discard_item`
change drafts; `publish_policy` and `publish_item` make them public; `amend_item` begins the next version;
`change_state`, `repeal_policy` and the periodic `expire_due` end or pause items. Only the department that leads or
drafted the policy may; for anybody else it does not exist. Nothing here commits.
"""

from redemption.catalogue.service.editing import (
    add_item,
    amend_item,
    discard_item,
    discard_policy,
    replace_text,
    save_item,
)
from redemption.catalogue.service.exchanging import (
    apply_import,
    export_rows,
    find_import,
    keep_import,
    preview_import,
)
from redemption.catalogue.service.intake import add_extracted, read_file, read_pasted, take_in
from redemption.catalogue.service.living import change_state, expire_due, repeal_policy
from redemption.catalogue.service.owning import Owned, mine
from redemption.catalogue.service.papers import attach_paper, detach_paper
from redemption.catalogue.service.publishing import (
    owned_for_reading,
    publish_item,
    publish_policy,
    what_is_missing,
)
from redemption.catalogue.service.shaping import merge_items, split_item
from redemption.catalogue.service.synonyms import add_word, remove_word

__all__ = [
    "Owned",
    "add_extracted",
    "add_item",
    "add_word",
    "amend_item",
    "apply_import",
    "attach_paper",
    "change_state",
    "detach_paper",
    "discard_item",
    "discard_policy",
    "expire_due",
    "export_rows",
    "find_import",
    "keep_import",
    "merge_items",
    "mine",
    "owned_for_reading",
    "preview_import",
    "publish_item",
    "publish_policy",
    "read_file",
    "read_pasted",
    "remove_word",
    "repeal_policy",
    "replace_text",
    "save_item",
    "split_item",
    "take_in",
    "what_is_missing",
]
