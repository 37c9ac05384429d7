def unsettled(store):
    """What a tick has to look after: the runs that go on, and the ended ones whose jobs are not through."""
    return store.running() + store.by_ids(run.id for run in store.ended())
