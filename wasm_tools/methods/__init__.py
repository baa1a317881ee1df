"""What the page may ask the engine, one module a method: `answer(params, packs) -> record`."""
