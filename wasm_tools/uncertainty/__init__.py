"""How sure an answer is: Monte Carlo over what is not known, and a simulation of a plan in time. Seeded throughout."""
