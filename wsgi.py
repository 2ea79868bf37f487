"""For gunicorn: `gunicorn wsgi:application`."""

from redemption.app import create_app

application = create_app()
