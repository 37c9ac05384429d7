"""The database: one lazy client for each process."""

import importlib
import os

from app.config import Config
from pymongo import MongoClient

client_factory = MongoClient
_client = None

if os.environ.get('HOST_DOUBLE_MONGO'):
    _module, _, _name = os.environ['HOST_DOUBLE_MONGO'].partition(':')
    client_factory = getattr(importlib.import_module(_module), _name)


def conn_db(collection, db_name=None):
    global _client
    if _client is None:
        _client = client_factory(Config.MONGO_URL)
    return _client[db_name or Config.MONGO_DB][collection]


def close():
    """Not in the host: pymongo 4 warns of a client that nobody closed."""
    if _client is not None:
        _client.close()
