"""Sharing: what members show their friends, who came by it, and what that brings those who shared.

Owns the tables `shares`, `share_visits`, `share_touches`, `share_rewards`, `share_days` and `share_articles`.
"""

from backend.sharing.articles import article, articles, save_article, withdraw_article
from backend.sharing.book import KIND, checked
from backend.sharing.errors import (
    ArticleRefused,
    BookRefused,
    ShareUnknown,
    ThingUnknown,
)
from backend.sharing.facts import JoinedByShare
from backend.sharing.models import KINDS, Kind, Share, ShareReward
from backend.sharing.models import ArticleRow as Article
from backend.sharing.owners import forget_shares, move_shares
from backend.sharing.posters import Poster, draw
from backend.sharing.queries import Figures, by_token, figures, points_of, rewards_page, shares_page
from backend.sharing.rewards import due_rewards, note_joining, note_purchase, settle_reward
from backend.sharing.service import Opened, open_share, share
from backend.sharing.things import Thing, thing_of

__all__ = [
    "KIND",
    "KINDS",
    "Article",
    "ArticleRefused",
    "BookRefused",
    "Figures",
    "JoinedByShare",
    "Kind",
    "Opened",
    "Poster",
    "Share",
    "ShareReward",
    "ShareUnknown",
    "Thing",
    "ThingUnknown",
    "article",
    "articles",
    "by_token",
    "checked",
    "draw",
    "due_rewards",
    "figures",
    "forget_shares",
    "move_shares",
    "note_joining",
    "note_purchase",
    "open_share",
    "points_of",
    "rewards_page",
    "save_article",
    "settle_reward",
    "share",
    "shares_page",
    "thing_of",
    "withdraw_article",
]
