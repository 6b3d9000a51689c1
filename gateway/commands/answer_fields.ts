import { OurSpaceError } from "../../schemas/errors.ts";

/**
 * The parts of a running node's answer. It may run another version than the command: whatever does not
 * fit throws an OurSpaceError.
 */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : wrong();
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : wrong();
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : wrong();
}

export function count(value: unknown): number {
  return typeof value === "number" ? value : wrong();
}

export function truth(value: unknown): boolean {
  return typeof value === "boolean" ? value : wrong();
}

export function oneOf<T extends string>(known: readonly T[], value: unknown): T {
  return known.find((word) => word === value) ?? wrong();
}

/** What is read by `read`, or null. */
export function orNull<T>(read: (value: unknown) => T, value: unknown): T | null {
  return value === null ? null : read(value);
}

function wrong(): never {
  throw new OurSpaceError("Your node's answer cannot be read.", {
    remedy: "Let it run the same version as this command.",
  });
}
