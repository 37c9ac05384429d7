"""The shipped rules and stores under every kill, cut answer and lost lease, with several workers and an
administrator.
"""
