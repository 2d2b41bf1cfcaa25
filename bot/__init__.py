"""Matrix and time: everything that touches the outside."""
