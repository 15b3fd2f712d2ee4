"""The eight emotions of RAVDESS by six folds of actors, each heard by a network that never did."""
