"""The student as a torch module: EfficientAT's small network with heads of its own.

The trunk is MobileNetV3-Large at 0.4 of its width (Howard et al., 2019) as EfficientAT's ``mn04``
has it (Schmid et al., 2023; MIT), so that its published weights load by their names.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

KINDS = ("none", "cry", "anger", "fear", "infant")
EMOTIONS = 8
SCORES = 521  # AudioSet classes that YAMNet tells apart
WIDTH = 384
EMBEDDING = 512
STEM = 8


@dataclass(frozen=True, slots=True)
class Block:
    """One inverted residual: expand, filter each channel, excite, project."""

    inputs: int
    kernel: int
    expanded: int
    outputs: int
    squeezed: int = 0
    hard: bool = False
    stride: int = 1


BLOCKS = (
    Block(8, 3, 8, 8),
    Block(8, 3, 24, 16, stride=2),
    Block(16, 3, 32, 16),
    Block(16, 5, 32, 16, squeezed=8, stride=2),
    Block(16, 5, 48, 16, squeezed=16),
    Block(16, 5, 48, 16, squeezed=16),
    Block(16, 3, 96, 32, hard=True, stride=2),
    Block(32, 3, 80, 32, hard=True),
    Block(32, 3, 72, 32, hard=True),
    Block(32, 3, 72, 32, hard=True),
    Block(32, 3, 192, 48, squeezed=48, hard=True),
    Block(48, 3, 272, 48, squeezed=72, hard=True),
    Block(48, 5, 272, 64, squeezed=72, hard=True, stride=2),
    Block(64, 5, 384, 64, squeezed=96, hard=True),
    Block(64, 5, 384, 64, squeezed=96, hard=True),
)


class Convolution(nn.Sequential):
    """A convolution, its normalisation, and its activation where it has one."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        groups: int = 1,
        activation: type[nn.Module] | None = None,
    ) -> None:
        parts: list[nn.Module] = [
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
            nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01),
        ]
        if activation is not None:
            parts.append(activation())
        super().__init__(*parts)


class Excitation(nn.Module):
    """Weighs each channel by what all of them hold on average (Hu et al., 2018)."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(channels, squeezed)
        self.fc2 = nn.Linear(squeezed, channels)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, bands, frames) to the same."""
        scale = functional.relu(self.fc1(x.mean((2, 3))))
        return torch.sigmoid(self.fc2(scale))[:, :, None, None] * x


class Excitations(nn.Module):
    """The one excitation of a block, under the name that the published weights have it."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.conc_se_layers = nn.ModuleList([Excitation(channels, squeezed)])

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, bands, frames) to the same."""
        excited: Tensor = self.conc_se_layers[0](x)
        return excited


class InvertedResidual(nn.Module):
    """One block of the trunk."""

    def __init__(self, made: Block) -> None:
        super().__init__()
        activation = nn.Hardswish if made.hard else nn.ReLU
        layers: list[nn.Module] = []
        if made.expanded != made.inputs:
            layers.append(Convolution(made.inputs, made.expanded, 1, activation=activation))
        layers.append(
            Convolution(
                made.expanded, made.expanded, made.kernel,
                stride=made.stride, groups=made.expanded, activation=activation,
            )
        )  # fmt: skip
        if made.squeezed:
            layers.append(Excitations(made.expanded, made.squeezed))
        layers.append(Convolution(made.expanded, made.outputs, 1))
        self.block = nn.Sequential(*layers)
        self.adds = made.stride == 1 and made.inputs == made.outputs

    def forward(self, x: Tensor) -> Tensor:
        """(batch, inputs, bands, frames) to (batch, outputs, …)."""
        made: Tensor = self.block(x)
        return made + x if self.adds else made


class Student(nn.Module):
    """Windows of mel power in, logits of three kinds out."""

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        self.features = nn.Sequential(
            Convolution(1, STEM, 3, stride=2, activation=nn.Hardswish),
            *map(InvertedResidual, BLOCKS),
            Convolution(BLOCKS[-1].outputs, WIDTH, 1, activation=nn.Hardswish),
        )
        self.embedding = nn.Linear(WIDTH, EMBEDDING)
        self.dropout = nn.Dropout(dropout)
        self.kind = nn.Linear(EMBEDDING, len(KINDS))
        self.emotion = nn.Linear(EMBEDDING, EMOTIONS)
        self.scores = nn.Linear(EMBEDDING, SCORES)

    def begin_from(self, published: Mapping[str, Tensor]) -> None:
        """Take over trunk and embedding of EfficientAT's ``mn04``; the heads stay as they are.

        Raises:
            RuntimeError: these are the weights of another network.
        """
        trunk = {k: v for k, v in published.items() if k.startswith("features.")}
        state = self.state_dict() | trunk
        for part in ("weight", "bias"):
            state[f"embedding.{part}"] = published[f"classifier.2.{part}"]
        self.load_state_dict(state)

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of KINDS, of the emotions and of YAMNet's classes.

        Args:
            windows: (batch, 96 frames, 104 bands), as ``features.melpower.as_heard`` makes them.
        """
        x = self.features(windows.transpose(1, 2)[:, None])
        x = functional.hardswish(self.embedding(x.mean((2, 3))))
        x = self.dropout(x)
        return self.kind(x), self.emotion(x), self.scores(x)
