"""Celery's configuration. Why each value is what it is stands in docs/reliability.md."""

from django.conf import settings

from workers.schedule import schedule

broker_url = settings.REDIS_URL
result_backend = None
task_ignore_result = True
imports = (
    "workers.relay",
    "workers.dispatch",
    "workers.offers",
    "workers.maintenance",
    "workers.sandbox",
    "workers.webhooks",
    "workers.connections",
    "workers.warming",
)
task_routes = {
    "relay.*": {"queue": "relay"},
    "dispatch.*": {"queue": "dispatch"},
    "offers.*": {"queue": "offers"},
    "maintenance.*": {"queue": "maintenance"},
    "webhooks.*": {"queue": "webhooks"},
}
task_create_missing_queues = False
task_acks_late = True
task_reject_on_worker_lost = True
task_time_limit = 25
task_soft_time_limit = 20
worker_prefetch_multiplier = 1
worker_disable_prefetch = True
worker_hijack_root_logger = False
worker_send_task_events = False
broker_connection_retry_on_startup = True
broker_transport_options = {
    "visibility_timeout": 60,  # > 2 x the time limit; the same on every worker of this Redis
    "unacked_restore_interval": 5,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    # a request that publishes while Redis is away must not wait: by default it tries for six seconds
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
task_publish_retry = False
beat_schedule = schedule()
beat_max_loop_interval = 1
timezone = "UTC"
