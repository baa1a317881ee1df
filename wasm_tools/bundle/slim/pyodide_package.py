"""In the place of the package `pyodide`, whose start sets up an event loop. Its modules are what they are.

The runtime expects the names that Python holds of it in a certain order when it takes or puts back a snapshot.
"""

from pyodide_js._api import scheduleCallback  # type: ignore[import-not-found]  # noqa: F401
