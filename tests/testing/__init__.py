import time


def asked(robot, seconds=60):
    """Waits until a request has reached a robot: who gave up on it is sooner than a slow machine."""
    until = time.monotonic() + seconds
    while not robot.calls and time.monotonic() < until:
        time.sleep(0.01)
