"""Calls to vendors: who we are there, what we may ask, and what an answer is worth."""

from ingest.calling.account import Account, accounts_of
from ingest.calling.client import Client, opened

__all__ = ["Account", "Client", "accounts_of", "opened"]
