"""What a network learns on: CUDA where there is one, else Apple's GPU, else the CPU.

``CUDA_VISIBLE_DEVICES=`` hides a GPU. What is written is always of the CPU.
"""

import torch


def best_device() -> torch.device:
    """The fastest there is."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def device_of(model: torch.nn.Module) -> torch.device:
    """Where the weights of ``model`` lie."""
    return next(model.parameters()).device
