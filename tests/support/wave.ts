/** Sound of 16 bits in two channels at 48 kHz, as a WAV file: 192,000 bytes a second. */
export function wave(samples: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(44);
  const view = new DataView(head.buffer);
  const write = (at: number, text: string) => head.set(new TextEncoder().encode(text), at);
  write(0, "RIFF");
  view.setUint32(4, 36 + samples.length, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 2, true);
  view.setUint32(24, 48_000, true);
  view.setUint32(28, 192_000, true);
  view.setUint16(32, 4, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, samples.length, true);
  const file = new Uint8Array(head.length + samples.length);
  file.set(head);
  file.set(samples, head.length);
  return file;
}
