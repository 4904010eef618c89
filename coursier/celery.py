"""The Celery application. Messages are hints: the database is the queue of record, the sweep finds what was lost."""

import os
import sys

from celery import Celery
from kombu.entity import Queue
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coursier.settings")

QUEUES = ("relay", "dispatch", "offers", "maintenance", "webhooks")
BROKER_ERRORS = (OperationalError, RedisError, ConnectionError, TimeoutError)  # what a lost broker raises
app = Celery("coursier")
app.config_from_object("workers.config")
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize  # else the database connection is closed around each task
app.conf.task_queues = [Queue(name) for name in QUEUES]
