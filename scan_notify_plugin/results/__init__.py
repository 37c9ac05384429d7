"""What is new in a round: comparing, the ledger of a schedule, and the changes of a run.

``stage.collect`` makes it, ``marks`` reads what it made of one run, ``steering`` is what people do to a schedule's
ledger, ``since`` puts several rounds together, and ``store`` has the documents and files.
"""
