from app import utils


def push_dingding(markdown_report):
    """What the host would send; a test counts these documents."""
    utils.conn_db('host_push').insert_one({'text': markdown_report, 'date': utils.curr_date()})
    return True
