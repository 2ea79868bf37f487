"""Applications in every state, as the last weeks would have left them."""

from sqlalchemy.orm import Session

from redemption.kernel.secrets import SecretBox
from redemption.kernel.storage import Storage
from redemption.seed.world import World


def fill_cases(session: Session, world: World, box: SecretBox, storage: Storage) -> None:
    """Filled in below as the services that make cases land."""
