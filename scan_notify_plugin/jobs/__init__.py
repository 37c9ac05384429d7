"""What is to be done: durable notifications, sent part by part through lanes."""
