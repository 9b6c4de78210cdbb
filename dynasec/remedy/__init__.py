"""Plans, and what it takes to carry them out: reviewed, verified, journalled, undone. The only place that changes anything in AWS."""
