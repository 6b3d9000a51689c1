import { comparePointers, type UnsignedPointer } from "../schemas/pointer.ts";

/** What a pointer is to another one of the same identity, judged on the signed texts alone. */
export type Relation = "lesser" | "same" | "greater";

/** What `candidate` is to `held`. */
export function relation(candidate: UnsignedPointer, held: UnsignedPointer): Relation {
  const order = comparePointers(candidate, held);
  if (order === 0) return "same";
  return order < 0 ? "lesser" : "greater";
}

/** The greatest; among those with the same text the first, so that bytes already held stay. */
export function newest<T extends UnsignedPointer>(pointers: Iterable<T>): T | null {
  let greatest: T | null = null;
  for (const pointer of pointers) {
    if (greatest === null || comparePointers(pointer, greatest) > 0) greatest = pointer;
  }
  return greatest;
}
