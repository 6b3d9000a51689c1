import pointer from "./welcome/pointer.json" with { type: "json" };

/** Whose feed the welcome feed is. Its key was thrown away: money sent there would be lost. */
export const WELCOME_ADDRESS: string = pointer.address;
