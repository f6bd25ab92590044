"""What counts as an empty field."""

import unicodedata


def blank(value: str | None) -> bool:
    """Nothing that ink could show: no text, spaces, or invisible characters alone."""
    if value is None or not (stripped := value.strip()):
        return True
    return all(unicodedata.category(sign)[0] in "ZC" for sign in stripped)
