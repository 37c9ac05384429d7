"""docs/writing-plugins.md: every file on it is a tested one, and the steps are a script that bash takes."""

import subprocess

from tests.docs import tutorial


def test_the_files_on_the_page_are_the_tested_ones():
    page = tutorial.read(tutorial.PAGE)
    assert tutorial.renewed(page) == page, 'run: python -m tests.docs.tutorial'


def test_every_block_of_python_is_a_file():
    blocks = [text for kind, text in tutorial.BLOCK.findall(tutorial.read(tutorial.PAGE)) if kind == 'python']
    assert len(blocks) >= 6
    assert all(tutorial.FILE.match(text) for text in blocks)


def test_a_block_that_was_changed_on_the_page_is_seen():
    page = tutorial.read(tutorial.PAGE)
    assert tutorial.renewed(page.replace('max_bytes = 4096', 'max_bytes = 4097')) == page


def test_the_steps_are_a_script():
    text = tutorial.script(tutorial.read(tutorial.PAGE), '/somewhere/scan_notify_plugin.whl')
    subprocess.run(['bash', '-n'], input=text.encode('utf-8'), check=True)
    assert "'/somewhere/scan_notify_plugin.whl[demo]'" in text and tutorial.PACKAGE + '[' not in text
    assert text.index('cat >"$start/first/scan_notify_first.py"') < text.index('cd first\n')
