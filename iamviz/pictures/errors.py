"""The one error of the picture layer."""


class PictureError(RuntimeError):
    """A picture cannot be drawn; the message says what was wrong and what would be right."""
