"""Files in the in-memory database: what GridFS writes there, it reads."""

import gridfs
import pytest

from scan_notify_plugin.testing.embedded import embedded_database


def test_a_file_of_several_chunks_is_read_back_and_removed():
    files = gridfs.GridFS(embedded_database(), 'scan_notify_ledger')
    content = bytes(range(256)) * 2400
    identity = files.put(content, filename='one')
    assert files.get(identity).read() == content
    assert [found.filename for found in files.find({'filename': 'one'})] == ['one']
    files.delete(identity)
    with pytest.raises(gridfs.NoFile):
        files.get(identity)


def test_a_file_is_written_piece_by_piece():
    files = gridfs.GridFS(embedded_database(), 'scan_notify_ledger')
    with files.new_file(filename='two') as file:
        file.write(b'1' * 10)
        file.write(b'2' * 300000)
    assert files.get(file._id).length == 300010
