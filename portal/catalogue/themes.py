"""The fixed list of themes (主题) with their names in both languages, in the order in which they are shown."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.models import Theme
from portal.catalogue.serialised import dump_text
from portal.db.locks import lock
from portal.kernel.text import Text

THEMES: tuple[tuple[str, str, str], ...] = (
    ("education", "教育", "Education"),
    ("health", "医疗卫生", "Health"),
    ("transport", "交通出行", "Transport"),
    ("environment", "生态环境", "Environment"),
    ("housing", "城建住房", "Housing and construction"),
    ("finance", "财税金融", "Budget and finance"),
    ("business", "市场主体", "Business and enterprise"),
    ("employment", "就业社保", "Employment and social security"),
    ("culture", "文化旅游", "Culture and tourism"),
    ("food", "食品药品", "Food and medicines"),
    ("weather", "气象", "Weather"),
    ("safety", "公共安全", "Public safety"),
    ("justice", "法律服务", "Justice"),
    ("agriculture", "农业农村", "Agriculture"),
    ("science", "科技创新", "Science and technology"),
    ("energy", "能源", "Energy"),
    ("government", "政务服务", "Government services"),
    ("society", "社会民生", "Society"),
)
_ENSURED = "themes_ensured"
SLUGS = frozenset(slug for slug, _, _ in THEMES)


def ensure_themes(session: Session) -> None:
    """Write the themes that are missing; asks the database once per session."""
    if session.info.get(_ENSURED):
        return
    present = set(session.scalars(select(Theme.slug)))
    if present < SLUGS:
        lock(session, "themes")  # another worker may be writing them
        present = set(session.scalars(select(Theme.slug)))
    for position, (slug, zh, en) in enumerate(THEMES):
        if slug not in present:
            session.add(Theme(slug=slug, names=dump_text(Text.of(zh, en)), position=position))
    session.flush()
    session.info[_ENSURED] = True
