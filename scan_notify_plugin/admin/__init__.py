"""What a person may see and do, for the command line and the web alike; each change leaves its audit line."""
