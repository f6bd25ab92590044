"""Makes the weights from the data: `python -m knowledge.understanding.train`.

scikit-learn does the learning and is imported here alone. The same data gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from knowledge.understanding import corpus
from knowledge.understanding.corpus import Line
from knowledge.understanding.features import BUCKETS, Extractor
from knowledge.understanding.intents import INTENTS, LANGUAGES
from knowledge.understanding.model import FILE, Head, Model

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FOLDS: Final = 4
STRENGTH: Final = 1.0
TARGET: Final = Path(__file__).parent / "model" / FILE


def train(lines: Sequence[Line] | None = None) -> Model:
    """The model of all data, or of the given lines. Takes two to three minutes for all."""
    chosen = corpus.read() if lines is None else list(lines)
    extractor = Extractor.load()
    written = _matrix(extractor, [line.text for line in chosen])
    grown = corpus.multiply(chosen)
    multiplied = _matrix(extractor, [line.text for line in grown])
    return Model(
        intents=_head(chosen, written, grown, multiplied, INTENTS, "intent"),
        languages=_head(chosen, written, grown, multiplied, LANGUAGES, "lang"),
        fingerprint=corpus.fingerprint(),
    )


def main() -> int:
    """Train on everything and write the weights beside the code."""
    raw = train().to_bytes()
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(raw)
    print(f"{FILE}: {len(raw):,} bytes", file=sys.stderr)
    return 0


def _matrix(extractor: Extractor, texts: Sequence[str]) -> csr_matrix:
    from scipy.sparse import csr_matrix

    found = [extractor.extract(text) for text in texts]
    ends = np.cumsum([0, *(len(features.indices) for features in found)])
    return csr_matrix(
        (
            np.concatenate([features.values for features in found]),
            np.concatenate([features.indices for features in found]),
            ends,
        ),
        shape=(len(texts), BUCKETS),
    )


def _head(
    written_lines: Sequence[Line],
    written: csr_matrix,
    grown_lines: Sequence[Line],
    grown: csr_matrix,
    classes: Sequence[str],
    label: str,
) -> Head:
    """A linear model whose calibration was learnt on messages that it had not seen.

    Each fold scores the lines that it was not trained on; a multinomial regression learns from
    these scores what they are worth. Both are linear, so they are folded into one set of weights.
    """
    from sklearn.linear_model import LogisticRegression

    number = {name: place for place, name in enumerate(classes)}
    answers = np.array([number[getattr(line, label)] for line in written_lines])
    grown_answers = np.array([number[getattr(line, label)] for line in grown_lines])
    weights = np.array([line.weight for line in grown_lines])
    place_of = {line.group: place for place, line in enumerate(written_lines)}
    folds = np.random.default_rng(7).integers(0, FOLDS, len(written_lines))
    grown_folds = folds[[place_of[line.group] for line in grown_lines]]

    unseen = np.zeros((len(written_lines), len(classes)))
    for number_of_fold in range(FOLDS):
        kept = grown_folds != number_of_fold
        machine = _machine(grown[kept], grown_answers[kept], weights[kept])
        held = folds == number_of_fold
        unseen[held] = machine.decision_function(written[held])
    worth = LogisticRegression(C=1.0, max_iter=2000, tol=1e-6).fit(unseen, answers)

    final = _machine(grown, grown_answers, weights)
    columns: npt.NDArray[np.float64] = final.coef_.T @ worth.coef_.T
    intercept = final.intercept_ @ worth.coef_.T + worth.intercept_
    return Head.quantised(columns, intercept.astype(np.float32))


def _machine(features: csr_matrix, answers: npt.NDArray[Any], weights: npt.NDArray[Any]) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(C=STRENGTH, random_state=7).fit(features, answers, sample_weight=weights)


if __name__ == "__main__":
    sys.exit(main())
