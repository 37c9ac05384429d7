"""Foreign code against ours, over loopback: clients of others send to our stand-ins, and our channels to servers of
others. Where the two disagree the vendor's page decides, and the test says which page. They are the extra ``witness``,
on the newest Python; DingTalk's Stream SDK is in tests/testing/test_dingtalk_openapi_stream.py.
"""
