"""Every slice's tables, for migrations and for whoever needs the whole metadata."""

from redemption.applications import models as applications
from redemption.catalogue import models as catalogue
from redemption.consultation import models as consultation
from redemption.decisions import models as decisions
from redemption.desk import models as desk
from redemption.disbursement import models as disbursement
from redemption.dispatch import models as dispatch
from redemption.documents import models as documents
from redemption.evaluation import models as evaluation
from redemption.identity import models as identity
from redemption.kernel import audit, calendar, numbering, outbox
from redemption.kernel.db import Base
from redemption.matching import models as matching
from redemption.messages import models as messages
from redemption.policies import models as policies
from redemption.reporting import models as reporting
from redemption.supervision import models as supervision

metadata = Base.metadata

__all__ = [
    "applications",
    "audit",
    "calendar",
    "catalogue",
    "consultation",
    "decisions",
    "desk",
    "disbursement",
    "dispatch",
    "documents",
    "evaluation",
    "identity",
    "matching",
    "messages",
    "metadata",
    "numbering",
    "outbox",
    "policies",
    "reporting",
    "supervision",
]
