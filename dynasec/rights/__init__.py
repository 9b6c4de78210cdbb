"""What effective access means for whom: who is limited, who holds which duties, who can raise itself. Pure."""
