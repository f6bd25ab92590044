"""The help articles and the search over them; refuses the network, the database and merchant data.

`load()` reads `knowledge/articles` once and gives a `Library`, which is then only read.
"""

from knowledge.library.article import Article, ArticleError, Section
from knowledge.library.shelf import ARTICLES, LOCALES, Hit, Library, load

__all__ = ["ARTICLES", "LOCALES", "Article", "ArticleError", "Hit", "Library", "Section", "load"]
