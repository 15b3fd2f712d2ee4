"""The network as torch knows it: for training, for export, and as the reference.

This file imports torch and nothing else, so that a copy of it beside ``model.pth`` is all that
a process with only torch needs.
"""

import torch
from torch import Tensor, nn

Hidden = tuple[Tensor, Tensor]


class EmotionLSTM(nn.Module):
    """Raw features in, logits of the eight emotions out.

    Classes in RAVDESS order: neutral, calm, happy, sad, angry, fearful, disgust, surprised.
    Standardisation lives in buffers, so that x is what the feature extractor gives.
    """

    mean: Tensor
    scale: Tensor

    def __init__(
        self,
        input_size: int = 13,
        hidden_size: int = 128,
        num_layers: int = 2,
        num_classes: int = 8,
        dropout: float = 0.3,
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(input_size))
        self.register_buffer("scale", torch.ones(input_size))
        between = dropout if num_layers > 1 else 0.0
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True, dropout=between)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_size, num_classes)
        self._remember_at_first()

    def _remember_at_first(self) -> None:
        """Forget gates start open (Jozefowicz et al., 2015), to learn over seconds."""
        size = self.lstm.hidden_size
        for name, parameter in self.lstm.named_parameters():
            if name.startswith("bias_hh"):
                nn.init.zeros_(parameter[size : 2 * size])
            elif name.startswith("bias_ih"):
                nn.init.ones_(parameter[size : 2 * size])
            elif name.startswith("weight_hh"):
                nn.init.orthogonal_(parameter)

    def forward(self, x: Tensor, hidden: Hidden | None = None) -> tuple[Tensor, Hidden]:
        """Logits of the last step, and the state to go on from.

        Args:
            x: (batch, seq, input_size) raw features; seq may be 1.
            hidden: (h, c), each (num_layers, batch, hidden_size), or None for zeros.

        Returns:
            Logits (batch, num_classes) and the new (h, c).
        """
        logits, hidden = self.every_step(x, hidden)
        return logits[:, -1], hidden

    def every_step(self, x: Tensor, hidden: Hidden | None = None) -> tuple[Tensor, Hidden]:
        """Logits of all steps, (batch, seq, num_classes), and the state after the last."""
        out, hidden = self.lstm((x - self.mean) * self.scale, hidden)
        return self.head(self.dropout(out)), hidden
