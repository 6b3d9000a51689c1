const FORM = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;

/** Before the format existed; an older date is a broken clock. */
const EARLIEST = "2020-01-01T00:00:00.000Z";

/** Which rule of pointer.md ("timestamp") the text breaks, or null. */
export function timestampFault(text: string): string | null {
  if (!FORM.test(text)) return "the timestamp is not of the form YYYY-MM-DDTHH:mm:ss.sssZ";
  const milliseconds = Date.parse(text);
  // Some engines roll 30 February over to March: a real instant reads back as it was written.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== text) {
    return "the timestamp is no real instant";
  }
  // In this form the order of the texts is the order of the instants.
  return text < EARLIEST ? `the timestamp is before ${EARLIEST}` : null;
}
