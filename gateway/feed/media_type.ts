const BY_EXTENSION: Record<string, string> = {
  avif: "image/avif",
  epub: "application/epub+zip",
  flac: "audio/flac",
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  m4a: "audio/mp4",
  m4v: "video/mp4",
  mov: "video/quicktime",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  wav: "audio/wav",
  webm: "video/webm",
  webp: "image/webp",
  zip: "application/zip",
};

/** What a kind of medium most likely is where nothing says more. */
const BY_KIND: Record<string, string> = {
  audio: "audio/mpeg",
  image: "image/jpeg",
  video: "video/mp4",
};

/** RFC 6838, section 4.2. */
const MEDIA_TYPE = /^[a-z0-9][\w!#$&^.+-]{0,126}\/[a-z0-9][\w!#$&^.+-]{0,126}$/;

/** The media type that a feed gives a file, or the one that its name or its kind (`image/*`) suggests. */
export function mediaTypeOf(given: string | undefined, url: string): string {
  const type = given?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (MEDIA_TYPE.test(type)) return type;
  const extension = /\.([a-z0-9]{2,4})(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? "";
  const kind = type.split("/")[0] ?? "";
  return BY_EXTENSION[extension] ?? BY_KIND[kind] ?? "application/octet-stream";
}
