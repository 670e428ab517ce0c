/** Reads small documents (sitemaps, playlists) whole, through the same address guard as everything else. */
export interface DocumentReader {
  /** Throws with one sentence when it cannot be read or is larger than `maxBytes`. */
  read(url: string, maxBytes: number): Promise<{ readonly body: Uint8Array; readonly contentType: string }>;
}
