"""Training of the second ear, which hears voices (`models.networks.voice`)."""
