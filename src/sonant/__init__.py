"""Sonant: a self-hosted speech and sound platform."""

__version__ = "0.1.0"
