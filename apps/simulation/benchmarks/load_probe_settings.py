"""The product's settings without its middleware and its URLs: for the probe of the load benchmark alone."""

from coursier.settings import *  # noqa: F403 - the rest is the product's

MIDDLEWARE = []
ROOT_URLCONF = "apps.simulation.benchmarks.load_probe"
