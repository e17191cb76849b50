"""Great Expectations, imported on use (2.5 s) and kept quiet: in memory, nothing written, nobody called."""

from __future__ import annotations

import logging
import os
from typing import Any

import pandas as pd


def great_expectations() -> Any:
    """The library; it logs 200 lines on import otherwise."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations
    from great_expectations.data_context.types import base

    # This module alone sets a level of its own when imported.
    logging.getLogger(base.__name__).setLevel(logging.WARNING)
    return great_expectations


class Asker:
    """One ephemeral context that frames are held against."""

    def __init__(self) -> None:
        self.library = great_expectations()
        context = self.library.get_context(mode="ephemeral")
        context.variables.progress_bars = _no_progress_bars()
        # One asset for all frames: the library writes its whole configuration anew for each that it is given.
        asset = context.data_sources.add_pandas("snapshot").add_dataframe_asset("frame")
        self._frame = asset.add_batch_definition_whole_dataframe("all")
        self._asked = 0

    def ask(self, frame: pd.DataFrame, expectations: list[Any], result_format: str) -> list[Any]:
        """The library's results, in the order of the expectations."""
        self._asked += 1
        # Sorted by the library otherwise: only the objects tell which result is whose.
        for place, one in enumerate(expectations):
            one.meta = {**(one.meta or {}), "place": place}
        suite = self.library.ExpectationSuite(name=f"frame_{self._asked}", expectations=expectations)
        found = self._frame.get_batch({"dataframe": frame}).validate(suite, result_format=result_format).results
        return sorted(found, key=lambda result: result.expectation_config.meta["place"])


def _no_progress_bars() -> Any:
    """It draws bars at level ERROR otherwise."""
    from great_expectations.data_context.types.base import ProgressBarsConfig

    return ProgressBarsConfig(globally=False)
