from enum import Enum

import pytest

from redemption.kernel.errors import IllegalTransition
from redemption.kernel.states import Machine


class Status(Enum):
    OPEN = "open"
    WAITING = "waiting"
    DONE = "done"

    @property
    def label(self) -> str:
        return {"open": "已收件", "waiting": "待补正", "done": "已办结"}[self.value]


class Action(Enum):
    ASK = "ask"
    ANSWER = "answer"
    CLOSE = "close"
    REOPEN = "reopen"


TABLE = {
    (Status.OPEN, Action.ASK): Status.WAITING,
    (Status.WAITING, Action.ANSWER): Status.OPEN,
    (Status.OPEN, Action.CLOSE): Status.DONE,
}


def test_what_the_table_says_happens_and_nothing_else():
    machine = Machine("申报件", Status.OPEN, TABLE)
    for state in Status:
        for action in Action:
            if (state, action) in TABLE:
                assert machine.can(state, action)
                assert machine.next(state, action) is TABLE[state, action]
            else:
                assert not machine.can(state, action)
                with pytest.raises(IllegalTransition):
                    machine.next(state, action)
    assert machine.actions(Status.OPEN) == (Action.ASK, Action.CLOSE)
    assert machine.actions(Status.DONE) == ()
    assert machine.sources(Action.ASK) == {Status.OPEN}
    assert machine.finals == {Status.DONE}
    assert machine.is_final(Status.DONE)
    assert not machine.is_final(Status.OPEN)


def test_the_refusal_is_a_sentence_with_the_words_people_read():
    with pytest.raises(IllegalTransition) as refused:
        Machine("申报件", Status.OPEN, TABLE).next(Status.WAITING, Action.CLOSE)
    assert refused.value.message == "申报件当前为“待补正”，不能进行“close”。请刷新页面查看最新状态。"
    assert refused.value.code == "illegal_transition"
    assert refused.value.status == 409
    assert refused.value.detail["possible"] == ["answer"]


def test_an_end_that_can_be_reopened_is_named():
    table = TABLE | {(Status.DONE, Action.REOPEN): Status.OPEN}
    assert Machine("申报件", Status.OPEN, table, finals=[Status.DONE]).is_final(Status.DONE)
    with pytest.raises(ValueError, match="no end can be reached from DONE, OPEN, WAITING"):
        Machine("申报件", Status.OPEN, table)


def test_a_state_to_which_no_way_leads_is_a_mistake():
    with pytest.raises(ValueError, match="no way leads to WAITING"):
        Machine("申报件", Status.OPEN, {(Status.OPEN, Action.CLOSE): Status.DONE})


def test_a_state_without_a_way_to_an_end_is_a_mistake():
    table = TABLE | {(Status.WAITING, Action.ANSWER): Status.WAITING}
    with pytest.raises(ValueError, match="no end can be reached from WAITING"):
        Machine("申报件", Status.OPEN, table)
    with pytest.raises(ValueError, match="no way out of DONE"):
        Machine("申报件", Status.OPEN, TABLE, finals=[Status.WAITING])


def test_the_table_cannot_be_changed_afterwards():
    table = dict(TABLE)
    machine = Machine("申报件", Status.OPEN, table)
    table.clear()
    assert machine.next(Status.OPEN, Action.ASK) is Status.WAITING
    with pytest.raises(TypeError):
        machine.table[Status.DONE, Action.ASK] = Status.OPEN  # type: ignore[index]
