"""Distressd as a service that starts by itself: a plan of steps, shown or carried out."""
