"""`rho` rounds as contract and calculator do: half up, away from zero."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import ROUND_HALF_UP, Decimal, localcontext

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.query import rho
