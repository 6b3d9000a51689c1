/**
 * The base of every error that OurSpace raises on purpose: a short message that says what happened,
 * a remedy that says what to do about it, and the cause when there is one.
 */
export class OurSpaceError extends Error {
  override name = "OurSpaceError";
  /** What the reader of the message can do; a full sentence, empty when nothing can be done. */
  readonly remedy: string;

  constructor(message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.remedy = options.remedy ?? "";
  }
}

/** A text that is no name, or no identity. The gateway answers 400. */
export class MalformedNameError extends OurSpaceError {
  override name = "MalformedNameError";
}

/** Bytes that break a rule of the pointer's format (schemas/pointer.md). The gateway answers 400. */
export class MalformedPointerError extends OurSpaceError {
  override name = "MalformedPointerError";
}
