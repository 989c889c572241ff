"""Measures of probabilities, against published and hand-computed values."""

import pytest

from engagement.filtering import curves
from engagement.filtering.scoring import Score

# Fawcett 2006, "An introduction to ROC analysis", table of figure 3: twenty instances, AUC 0.68.
FAWCETT = [
    (0.9, 1), (0.8, 1), (0.7, 0), (0.6, 1), (0.55, 1), (0.54, 1), (0.53, 0), (0.52, 0), (0.51, 1), (0.505, 0),
    (0.4, 1), (0.39, 0), (0.38, 1), (0.37, 0), (0.36, 0), (0.35, 0), (0.34, 1), (0.33, 0), (0.30, 1), (0.1, 0),
]  # fmt: skip
JUDGED = [(score, bool(is_bot)) for score, is_bot in FAWCETT]


def test_auc_of_the_published_example():
    assert curves.auc(JUDGED) == pytest.approx(0.68)


def test_auc_counts_ties_half():
    assert curves.auc([(0.5, True), (0.5, False)]) == 0.5


@pytest.mark.parametrize("judged", [[], [(0.5, True)], [(0.5, False)]])
def test_measures_that_need_both_sides_are_unknown_without(judged):
    assert curves.auc(judged) is None
    assert curves.recall_at(judged, 0.02) is None


def test_brier_is_the_mean_squared_difference():
    # Wilks 2011: 0.9 and rain, 0.7 and rain, 0.3 and none.
    assert curves.brier([(0.9, True), (0.7, True), (0.3, False)]) == pytest.approx((0.01 + 0.09 + 0.09) / 3)
    assert curves.brier([]) is None


@pytest.mark.parametrize(("share", "recall"), [(0.0, 0.2), (0.1, 0.5), (0.2, 0.5), (0.3, 0.6), (1.0, 1.0)])
def test_recall_at_a_share_of_false_positives(share, recall):
    assert curves.recall_at(JUDGED, share) == pytest.approx(recall)


def test_calibration_error_is_weighted_by_the_bins():
    judged = [(0.05, False)] * 8 + [(0.95, True), (0.95, False)]

    assert [(one.number, one.observed) for one in curves.calibration(judged)] == [(8, 0.0), (2, 0.5)]
    assert curves.expected_calibration_error(judged) == pytest.approx(0.8 * 0.05 + 0.2 * 0.45)


def test_mcc_and_f1_by_hand():
    # Chicco and Jurman 2020, use case A2 of the positively imbalanced data: MCC -0.03, F1 0.95.
    score = Score(found=90, blamed=5, missed=4, cleared=1)

    assert score.f1 == pytest.approx(0.952, abs=0.001)
    assert score.mcc == pytest.approx(0.135, abs=0.001)


def test_mcc_of_one_side_is_unknown():
    assert Score(found=5, blamed=0, missed=0, cleared=0).mcc is None
    assert Score(found=0, blamed=0, missed=0, cleared=5).f1 is None
