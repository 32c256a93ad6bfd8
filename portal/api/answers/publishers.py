"""Departments and themes, each with its datasets."""

from marshmallow import Schema, fields

from portal.api.answers.cards import CardAnswer, PagedAnswer
from portal.api.fields import SelfLinks, string, text, whole


class PublisherAnswer(Schema):
    """A department."""

    slug = string("Its address.")
    name = text("Its name.")
    description = text("What it does.")
    dataset_count = whole("How many datasets it has here.")
    links = fields.Nested(SelfLinks, required=True)


class PublishersAnswer(Schema):
    """All departments that publish here."""

    items = fields.List(fields.Nested(PublisherAnswer), required=True)


class CardsAnswer(PagedAnswer):
    """Datasets of one department or theme, the newest change first."""

    items = fields.List(fields.Nested(CardAnswer), required=True)


class PublisherDatasetsAnswer(CardsAnswer):
    """A department and its datasets."""

    publisher = fields.Nested(PublisherAnswer, required=True)


class ThemeAnswer(Schema):
    """A theme."""

    slug = string("Its address.")
    name = text("Its name.")
    dataset_count = whole("How many datasets it has here.")
    links = fields.Nested(SelfLinks, required=True)


class ThemesAnswer(Schema):
    """All themes."""

    items = fields.List(fields.Nested(ThemeAnswer), required=True)


class ThemeDatasetsAnswer(CardsAnswer):
    """A theme and its datasets."""

    theme = fields.Nested(ThemeAnswer, required=True)
