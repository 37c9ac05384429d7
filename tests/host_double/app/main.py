"""The web: `gunicorn app.main:arl_app`."""

from app.routes.task_schedule import ns as task_schedule_ns
from app.routes.user import ns as user_ns
from flask import Flask
from flask_restx import Api

arl_app = Flask(__name__)
arl_app.config['BUNDLE_ERRORS'] = True

TOKEN = {'ApiKeyAuth': {'type': 'apiKey', 'in': 'header', 'name': 'Token'}}
DOC = '/api/doc'  # only: top aab wps p4r
DOC = '/api/hidden/doc'  # only: xin

api = Api(
    arl_app, prefix='/api', doc=DOC, title='ARL backend API', authorizations=TOKEN, security='ApiKeyAuth', version='2.6'
)

api.add_namespace(user_ns)
api.add_namespace(task_schedule_ns)
