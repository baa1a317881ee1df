/** What a call to the engine can be rejected with. */

/** An error in words. `field` names the input it is about, `technical` is text for a closed disclosure. */
export class EngineError extends Error {
  /** @param {string} message @param {string | null} field @param {string} technical */
  constructor(message, field = null, technical = "") {
    super(message);
    this.name = "EngineError";
    this.field = field;
    this.technical = technical;
  }
}

/** The reason of a call that a newer one made void. Nobody needs to show it. */
export class Superseded extends Error {
  constructor() {
    super("A newer question replaced this one.");
    this.name = "Superseded";
  }
}
