"""The help articles and the search over them; refuses the network, the database and merchant data.

`load()` reads `knowledge/articles` once and gives a `Library`, which is then only read.
"""

from knowledge.library.article import Article, ArticleError, Section
from knowledge.library.article import read as read_article
from knowledge.library.shelf import ARTICLES, LOCALES, Hit, Library, Page, Topic, load

__all__ = [
    "ARTICLES",
    "LOCALES",
    "Article",
    "ArticleError",
    "Hit",
    "Library",
    "Page",
    "Section",
    "Topic",
    "load",
    "read_article",
]
