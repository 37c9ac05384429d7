"""The list of schedules, as a sample of the host's lists."""

from app.utils import auth, conn_db
from flask_restx import Namespace, Resource, reqparse

ns = Namespace('task_schedule', description='schedules')

parser = reqparse.RequestParser(bundle_errors=True)
parser.add_argument('page', type=int, location='args')
parser.add_argument('size', type=int, location='args')
parser.add_argument('name', location='args')


@ns.route('/')
class Schedules(Resource):
    @auth
    @ns.expect(parser)
    def get(self):
        args = parser.parse_args()
        page, size = max(args['page'] or 1, 1), min(max(args['size'] or 10, 1), 100000)
        query = {'name': {'$regex': args['name'], '$options': 'i'}} if args['name'] else {}
        found = conn_db('task_schedule').find(query).sort('_id', -1).skip(size * (page - 1)).limit(size)
        return {
            'page': page,
            'size': size,
            'total': conn_db('task_schedule').count_documents(query),
            'items': [dict(item, _id=str(item['_id'])) for item in found],
            'query': query,
            'code': 200,
        }
