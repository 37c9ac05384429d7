"""What happened: each fire of a schedule is a run, tracked until all its scan tasks have ended."""
