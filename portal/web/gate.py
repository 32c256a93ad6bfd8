"""The page about the gate: every rule, made from the rules themselves, so that it cannot say anything else than they do."""

from flask import Blueprint, Response

from portal.gate.rules import RULES
from portal.gate.rules.declared import DECLARED, LEXICON
from portal.http.context import language
from portal.http.policy import policy
from portal.http.rendering import render_page
from portal.web.addresses import LANG


def register(blueprint: Blueprint) -> None:
    """Routes of this module."""
    blueprint.add_url_rule(f"{LANG}/about/gate", view_func=show_gate)


@policy(permission="read_catalogue", budget="pages")
def show_gate() -> Response:
    """What is checked before anything becomes public."""
    reader = language()
    return render_page(
        "gate.html",
        {
            "declared": [
                (rule.name, rule.weight, rule.title.said(reader), rule.source.said(reader)) for rule in DECLARED
            ],
            "lexicon": [(title.said(reader), examples.said(reader)) for title, examples in LEXICON],
            "rules": [
                {
                    "name": rule.name,
                    "weight": rule.weight,
                    "title": rule.title.said(reader),
                    "source": rule.source.said(reader),
                    "counts": rule.counts.said(reader),
                    "ignores": rule.ignores.said(reader),
                }
                for rule in RULES
            ],
        },
    )
