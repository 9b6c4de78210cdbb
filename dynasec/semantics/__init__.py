"""AWS's other rules, pure, one file each."""
