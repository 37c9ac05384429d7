"""Login and logout."""

from app import utils
from flask import request
from flask_restx import Namespace, Resource, fields, reqparse

ns = Namespace('user', description='login')

login_fields = ns.model('Login', {'username': fields.String(required=True), 'password': fields.String(required=True)})
login_parser = reqparse.RequestParser(bundle_errors=True)
login_parser.add_argument('username', required=True, location='json')
login_parser.add_argument('password', required=True, location='json')


@ns.route('/login')
class Login(Resource):
    @ns.expect(login_fields)
    def post(self):
        return told(utils.user_login(**login_parser.parse_args()))


@ns.route('/logout')
class Logout(Resource):
    def get(self):
        utils.user_logout(request.headers.get('Token'))
        return told({})


def told(data):
    ret = {'message': 'success', 'code': 200, 'data': {}}
    if data is None:
        return dict(ret, code=401, message='wrong user or password')
    return dict(ret, data=data)
