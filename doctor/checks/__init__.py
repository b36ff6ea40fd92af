"""One file per check of the environment; the file's name is the check's name.

A module here holds ``CHECK``: a name, a title, a family and a pure function from the environment
that was read to a judgement. ``docs/checks/<name>.md`` and ``tests/checks/test_<name>.py`` belong to
it. What the checks share lies in ``framework``.
"""
