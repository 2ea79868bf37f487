"""For gunicorn: `gunicorn wsgi:application`."""

from redemption.app import create_app
from redemption.kernel.memory import settle

application = create_app()
settle()
