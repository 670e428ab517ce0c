/** The part of the reference parser's result that the tests compare; the package has no types. */
declare module 'mpd-parser' {
  interface Segment {
    readonly resolvedUri: string;
    readonly map?: { readonly resolvedUri: string };
  }
  export const parse: (
    xml: string,
    options: { readonly manifestUri: string },
  ) => { readonly playlists: readonly { readonly segments: readonly Segment[] }[] };
}
