"""The login: a token in the user's record, or the API key; any user may do anything."""

import functools
import hashlib
import uuid

from app.config import Config
from flask import request

from .conn import conn_db


def hashed(password):
    return hashlib.md5(('salt of the double' + password).encode('utf-8')).hexdigest()


def user_login(username=None, password=None):
    query = {'username': username, 'password': hashed(password or '')}
    if not username or not password or not conn_db('user').find_one(query):
        return None
    token = uuid.uuid4().hex
    conn_db('user').update_one(query, {'$set': {'token': token}})
    return {'username': username, 'token': token, 'type': 'login'}


def user_login_header():
    """Who is asking; False for nobody, True for everybody while AUTH is off."""
    token = request.headers.get('Token') or request.args.get('token')
    if not Config.AUTH:
        return True
    if not token:
        return False
    if token == Config.API_KEY:
        return {'username': 'ARL-API', 'token': token, 'type': 'api'}
    user = conn_db('user').find_one({'token': token})
    return {'username': user['username'], 'token': token, 'type': 'login'} if user else False


def user_logout(token):
    if user_login_header():
        conn_db('user').update_one({'token': token}, {'$set': {'token': None}})


def auth(func):
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        if Config.AUTH and not user_login_header():
            return {'message': 'not login', 'code': 401, 'data': {}}
        return func(*args, **kwargs)

    return wrapper
