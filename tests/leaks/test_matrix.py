"""Nothing of a dataset is told to whom it does not exist: every endpoint × tier × state, made from one table."""

import json
import re
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from tests.leaks.asking import Ask, filled, filled_json
from tests.leaks.callers import Caller
from tests.leaks.estate import Estate, State, Target, Words
from tests.leaks.matrix import MATRIX

TITLES = {State.PUBLISHED, State.OTHERS, State.CONDITIONAL}
"""States in which everybody may learn that the dataset exists."""
ROWS = {State.PUBLISHED, State.OTHERS}
"""States in which everybody may read the rows; a grant adds the conditional dataset."""
EVERY_STATE = (Caller.ANONYMOUS, Caller.REGISTERED, Caller.VERIFIED, Caller.PARTNER)
"""These callers ask about every dataset, the others about those that could be more to them than to anybody."""
_CLOSER = (State.CONDITIONAL, State.HELD, State.DRAFT)
_OF_ROWS = ("row", "kind")
_DATA = ("rows", "both")
_OF_PAGE = ("title", "note")


def test_every_endpoint_has_its_line(estate: Estate) -> None:
    endpoints = {rule.endpoint for rule in estate.app.url_map.iter_rules()}
    assert endpoints == set(MATRIX), "say in tests/leaks/matrix.py what could be asked of a new endpoint"


@pytest.mark.parametrize("endpoint", sorted(MATRIX))
@pytest.mark.parametrize("caller", Caller)
def test_nothing_is_told_of_what_does_not_exist_for_a_caller(estate: Estate, endpoint: str, caller: Caller) -> None:
    readable = ROWS | {State.CONDITIONAL} if caller is Caller.GRANTED else ROWS
    for target in estate.targets.values():
        if caller not in EVERY_STATE and target.state not in _CLOSER:
            continue
        for question in MATRIX[endpoint]:
            told = _told(_answered(estate, question, target, caller))
            for state in State:
                assert state in TITLES or not _words_of(state, _OF_PAGE) & told, (question, target.state, state)
                assert state in readable or not _words_of(state, _OF_ROWS) & told, (question, target.state, state)


@pytest.mark.parametrize("endpoint", sorted(MATRIX))
def test_what_is_public_is_told(estate: Estate, endpoint: str) -> None:
    """Questions that reached nothing would prove nothing."""
    target = estate.targets[State.PUBLISHED]
    for question in MATRIX[endpoint]:
        answer = _answered(estate, question, target, Caller.ANONYMOUS)
        assert answer.status_code == question.status, (question, answer.get_data(as_text=True)[:300])
        told = _told(answer)
        words = Words(State.PUBLISHED)
        assert question.told not in {"title", "both"} or words.omega("title") in told, question
        assert question.told not in {"rows", "both"} or words.omega("row") in told, question


@pytest.mark.parametrize("endpoint", sorted(e for e, asked in MATRIX.items() if any(a.told in _DATA for a in asked)))
def test_who_has_a_grant_is_told_the_rows(estate: Estate, endpoint: str) -> None:
    """What keeps the others out is the grant, not a question that reaches nothing."""
    target = estate.targets[State.CONDITIONAL]
    for question in MATRIX[endpoint]:
        if question.told in _DATA:
            answer = _answered(estate, question, target, Caller.GRANTED)
            assert Words(State.CONDITIONAL).omega("row") in _told(answer), (question, answer.status_code)
            refused = _answered(estate, question, target, Caller.REVOKED)
            assert Words(State.CONDITIONAL).omega("row") not in _told(refused), question


@pytest.mark.parametrize("endpoint", sorted(MATRIX))
@pytest.mark.parametrize("state", [State.DRAFT, State.HELD, State.CLOSED])
def test_what_does_not_exist_answers_like_an_unknown_name(estate: Estate, endpoint: str, state: State) -> None:
    """Neither a status, nor a header, nor a length tells a hidden dataset from none."""
    unknown = replace(estate.targets[state], id="y" * 16)
    hidden = estate.targets[state]
    for question in MATRIX[endpoint]:
        asked = _answered(estate, question, hidden, Caller.PARTNER)
        compared = _answered(estate, question, unknown, Caller.PARTNER, is_nonsense=True)
        assert asked.status_code == compared.status_code, (question, asked.status_code)
        assert _plain(asked, hidden) == _plain(compared, unknown), question


def _answered(
    estate: Estate, question: Ask, target: Target, caller: Caller, *, is_nonsense: bool = False
) -> TestResponse:
    path, body = filled(question, target), filled_json(question, target)
    if is_nonsense:
        words = rf"(title|note|row|kind|column|tag){target.state}alpha"
        path, body = re.sub(words, _nonsense, path), re.sub(words, _nonsense, body or "") or None
    headers = {**estate.headers[caller], **question.headers}
    if body is not None:
        headers["Content-Type"] = "application/json"
    return estate.client.open(path, method=question.method, headers=headers, data=body or question.form)


def _nonsense(found: re.Match[str]) -> str:
    return "z" * len(found.group())


def _told(answer: TestResponse) -> set[str]:
    """The second halves of words that stand anywhere in an answer."""
    head = "\n".join(f"{name}: {value}" for name, value in answer.headers)
    body = answer.get_data().decode("utf-8", errors="replace")
    if (answer.mimetype or "").endswith("json") and body:
        body = json.dumps(json.loads(body), ensure_ascii=False)
    return set(re.findall(r"[a-z]+omega", head + body))


def _words_of(state: State, kinds: tuple[str, ...]) -> set[str]:
    return {Words(state).omega(kind) for kind in kinds}


_CHANCE = re.compile(
    r'("request_id"\s*:\s*")[0-9a-f]+|(nonce-|nonce=")[\w+/=-]+|([0-9a-f]{16})(?=</code>)'
    r'|("(?:remaining|reset_s)":)\d+|(name="form_token" value=")[0-9a-f]+'
    r"|(<responseDate>)[^<]+"
)


def _plain(answer: TestResponse, target: Target) -> str:
    """An answer without what differs between any two: names that were asked for, request ids, nonces."""
    body = answer.get_data().decode("utf-8", errors="replace")
    body = re.sub(rf"(title|note|row|kind|column|tag){target.state}alpha", _nonsense, body)
    return _CHANCE.sub("", body).replace(target.id, "ID")
