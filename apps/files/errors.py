from apps.common.errors import Unavailable


class FilesUnavailable(Unavailable):
    """The storage of files does not answer."""

    code = "files_unavailable"
