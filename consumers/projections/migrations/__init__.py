"""The tables' history, oldest first in ``versions``. A file there is never changed once it was released."""
