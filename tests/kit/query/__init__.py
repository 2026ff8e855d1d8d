"""Tests of the read engine."""
