"""Front doors and what shields them."""
