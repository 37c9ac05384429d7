"""The shipped rules and stores under a scheduler of faults: kills, cut answers, lost leases, several workers."""
