"""Ratings: who may, when, once; what handlers see; what a bad one opens."""

import pytest

from redemption.applications import service as applications
from redemption.applications.rules import Action
from redemption.evaluation import queries, service
from redemption.evaluation.rules import FollowUpState
from redemption.kernel import audit
from redemption.kernel.errors import Conflict, IllegalTransition, Invalid, NotAllowed, NotFound
from tests.applications.cases import Stage, stage

__all__ = ["stage"]


def denied(stage: Stage):  # type: ignore[no-untyped-def]
    application = stage.accepted()
    applications.move(stage.session, stage.officer, application, Action.DENY, reason="不符合条件")
    return application


def test_rating_waits_for_the_end(stage: Stage) -> None:
    application = stage.accepted()
    with pytest.raises(Conflict) as caught:
        service.rate(stage.session, stage.filer, application.number, 5)
    assert caught.value.code == "too_early"


def test_one_rating_and_never_another(stage: Stage) -> None:
    application = denied(stage)
    assert queries.rating_of(stage.session, application.id, "end") is None
    given = service.rate(stage.session, stage.filer, application.number, 4, ["clear"], "不错")
    assert service.rate(stage.session, stage.filer, application.number, 4).id == given.id
    with pytest.raises(Conflict) as caught:
        service.rate(stage.session, stage.filer, application.number, 1, comment="改主意")
    assert caught.value.code == "already_rated"


def test_only_those_who_were_served_rate(stage: Stage) -> None:
    application = denied(stage)
    with pytest.raises(NotFound):
        service.rate(stage.session, stage.other, application.number, 5)
    with pytest.raises(NotAllowed):
        service.rate(stage.session, stage.officer, application.number, 5)


@pytest.mark.parametrize(
    ("stars", "reasons", "comment", "field"),
    [
        (0, [], "", "stars"),
        (6, [], "", "stars"),
        (5, ["bribe"], "", "reasons"),
        (5, [], "x" * 501, "comment"),
        (1, [], "", "comment"),
    ],
)
def test_what_a_rating_may_say(
    stage: Stage, stars: int, reasons: list[str], comment: str, field: str
) -> None:
    application = denied(stage)
    with pytest.raises(Invalid) as caught:
        service.rate(stage.session, stage.filer, application.number, stars, reasons, comment)
    assert field in caught.value.fields


def test_who_did_not_rate_stays_unrated(stage: Stage) -> None:
    denied(stage)
    figures = queries.figures(stage.session, stage.officer.department_id or 0)
    assert (figures.over, figures.rated, figures.unrated, figures.good_share) == (1, 0, 1, None)


def test_handlers_never_see_who_rated(stage: Stage) -> None:
    application = denied(stage)
    service.rate(stage.session, stage.filer, application.number, 5, ["fast"], "很快")
    shown = queries.anonymous(stage.session, stage.officer.department_id or 0)
    assert [name for name, _ in shown] == ["其他事项"]
    assert application.number not in str(shown)
    assert "青禾" not in str(shown)
    assert "rate" not in [e.action for e in audit.entries(stage.session, f"application:{application.id}")]


def test_a_bad_rating_is_looked_into_mended_and_called_back(stage: Stage) -> None:
    application = denied(stage)
    service.rate(stage.session, stage.filer, application.number, 2, ["slow"])
    (opened,) = queries.follow_ups(stage.session, stage.officer)
    assert opened.due_at is not None
    with pytest.raises(NotFound):
        queries.follow_up(stage.session, stage.world.actors["keji"], opened.number)
    with pytest.raises(IllegalTransition):
        service.mend(stage.session, stage.officer, opened.number, note="提前整改")
    service.verify(stage.session, stage.officer, opened.number, founded=True, note="确有超时")
    first = opened.due_at
    service.mend(stage.session, stage.officer, opened.number, note="已增加人手")
    service.call_back(stage.session, stage.officer, opened.number, note="表示理解", satisfied=True)
    assert opened.state == FollowUpState.CLOSED.value
    assert opened.due_at is None
    assert first is not None
    assert queries.follow_ups(stage.session, stage.officer) == []
    assert len(queries.follow_ups(stage.session, stage.officer, closed=True)) == 1


def test_an_unfounded_one_is_called_back_without_mending(stage: Stage) -> None:
    application = denied(stage)
    service.rate(stage.session, stage.filer, application.number, 1, comment="态度不好")
    (opened,) = queries.follow_ups(stage.session, stage.officer)
    service.verify(stage.session, stage.officer, opened.number, founded=False, note="录音核对，不属实")
    assert opened.state == FollowUpState.CALLING_BACK.value


def test_a_good_rating_opens_nothing(stage: Stage) -> None:
    application = denied(stage)
    service.rate(stage.session, stage.filer, application.number, 3)
    assert queries.follow_ups(stage.session, stage.officer) == []
