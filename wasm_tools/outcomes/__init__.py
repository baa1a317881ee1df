"""What deployments really did: the form in which measurements are kept, and what predictions make of them."""
