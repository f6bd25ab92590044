"""The trained weights: read from `model/weights.npz`, applied with numpy, never pickled.

The file holds one byte a weight and one scale a class. Two linear models share the features: one
tells the intents apart, one the languages; both are already calibrated, so that a softmax of their
scores is a probability that keeps its word.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from knowledge.understanding.features import Features

FILE: Final = "weights.npz"

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Head:
    """One linear model; `weights` has a row a feature and a column a class."""

    weights: Bytes
    scales: Floats
    intercept: Floats

    @classmethod
    def quantised(cls, weights: npt.NDArray[np.float64], intercept: Floats) -> Head:
        """Keep each weight in one byte: the loss is below what a single message can tell apart."""
        scales = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127.0
        return cls(
            weights=np.round(weights / scales).astype(np.int8),
            scales=scales.astype(np.float32),
            intercept=intercept.astype(np.float32),
        )

    def probabilities(self, features: Features) -> npt.NDArray[np.float64]:
        """The probability of each class, summing to one."""
        rows = self.weights[features.indices].astype(np.float32)
        scores = (features.values @ rows) * self.scales + self.intercept
        raised = np.exp(scores.astype(np.float64) - scores.max())
        return np.asarray(raised / raised.sum(), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Model:
    """Both heads, and the fingerprint of the data that they were trained on."""

    intents: Head
    languages: Head
    fingerprint: str

    @classmethod
    def load(cls) -> Model:
        """Read the committed weights. `FileNotFoundError` where they were never trained."""
        source = files("knowledge.understanding").joinpath("model", FILE)
        return cls.from_bytes(source.read_bytes())

    @classmethod
    def from_bytes(cls, raw: bytes) -> Model:
        with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
            intents, languages = (
                Head(
                    weights=stored[f"{name}_weights"],
                    scales=stored[f"{name}_scales"],
                    intercept=stored[f"{name}_intercept"],
                )
                for name in ("intents", "languages")
            )
            return cls(
                intents=intents,
                languages=languages,
                fingerprint=str(stored["fingerprint"]),
            )

    def to_bytes(self) -> bytes:
        """The file's content; the same model gives the same bytes."""
        target = io.BytesIO()
        arrays: dict[str, npt.NDArray[np.generic]] = {"fingerprint": np.array(self.fingerprint)}
        for name, head in (("intents", self.intents), ("languages", self.languages)):
            arrays[f"{name}_weights"] = head.weights
            arrays[f"{name}_scales"] = head.scales
            arrays[f"{name}_intercept"] = head.intercept
        np.savez_compressed(target, **arrays)  # type: ignore[arg-type]
        return target.getvalue()
