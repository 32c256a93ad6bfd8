"""The kept numbers are always what counting would give."""

import random
from collections.abc import Callable
from datetime import timedelta

from portal.catalogue.commands import lift_withdrawal, withdraw_dataset
from portal.catalogue.counts import recount
from portal.catalogue.models import Publisher
from portal.catalogue.publication import Publication
from portal.catalogue.queries import count_catalogue, list_publishers, list_themes
from portal.kernel.principal import ANONYMOUS
from tests.builders import NOW, Built, build_catalogue, build_link

Make = Callable[..., Publication]
Put = Callable[..., str]


def test_numbers_stay_true_whatever_happens(built: Built, make: Make, put: Put) -> None:
    chance, ids, withdrawn = random.Random(7), dict[int, str](), set[int]()
    for step in range(150):
        number, now = chance.randrange(12), NOW + timedelta(minutes=step)
        themes = tuple(chance.sample(("education", "health", "weather"), chance.randrange(4)))
        parts = chance.choice(((build_link(),), make(number).parts, make(number, rows=7).parts))
        publisher = make(chance.randrange(12)).publisher
        if number in withdrawn:
            with built.database.transaction() as session:
                lift_withdrawal(session, ids[number], "a", now)
            withdrawn.remove(number)
        elif number in ids and chance.random() < 0.3:
            with built.database.transaction() as session:
                withdraw_dataset(session, ids[number], "r", "a", now)
            withdrawn.add(number)
            continue
        ids[number] = put(make(number, themes=themes, parts=parts, publisher=publisher), now=now)
    with built.database.transaction() as session:
        shown = count_catalogue(session, ANONYMOUS)
        assert recount(session) == 0
    assert shown.datasets == len(ids) - len(withdrawn)


def test_a_number_that_went_astray_is_found_and_put_right(built: Built) -> None:
    build_catalogue(built, 20)
    with built.database.transaction() as session:
        right = (
            count_catalogue(session, ANONYMOUS),
            list_publishers(session, ANONYMOUS),
            list_themes(session, ANONYMOUS),
        )
        session.query(Publisher).update({"dataset_count": 7})
        assert recount(session) > 0
        session.expire_all()
        assert right == (
            count_catalogue(session, ANONYMOUS),
            list_publishers(session, ANONYMOUS),
            list_themes(session, ANONYMOUS),
        )
