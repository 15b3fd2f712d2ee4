"""What somebody who helps needs to know, and nothing that is private: see ``redaction``."""
