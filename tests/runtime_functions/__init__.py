"""Records which functions of the browser runtime the engine runs: see `wasm_tools/bundle/used_functions.py`."""
