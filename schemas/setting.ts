/**
 * One setting: an environment variable, what it means, and how its text becomes a value. A part that
 * needs a setting declares it beside its code; the gateway's table (gateway/config/config.ts) collects them.
 */
export interface Setting<T> {
  /** The environment variable's name. */
  readonly name: string;
  /** The text that an unset variable stands for. The empty text means "none". */
  readonly fallback: string;
  /** Turns the text into the value; throws an OurSpaceError that says which form is expected. */
  readonly parse: (text: string) => T;
  /** One sentence for the README's table. */
  readonly meaning: string;
  /** How `fallback` is described to people where the text alone would say nothing. */
  readonly fallbackMeaning?: string;
  /** What goes wrong when it is set carelessly; empty when nothing can. */
  readonly danger: string;
  /** True when the value must never be printed. */
  readonly secret: boolean;
}

/** The values of all settings, read once at start-up. */
export interface Settings {
  get<T>(setting: Setting<T>): T;
}
