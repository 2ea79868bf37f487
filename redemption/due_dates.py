"""Every slice's stored due dates, so that a change of the calendar leaves none behind: imported by web and workers."""

from redemption.applications import due_dates as applications
from redemption.desk import due_dates as desk
from redemption.disbursement import due_dates as disbursement
from redemption.evaluation import due_dates as evaluation
from redemption.kernel.due_dates import columns
from redemption.reporting import due_dates as reporting

__all__ = ["applications", "columns", "desk", "disbursement", "evaluation", "reporting"]
