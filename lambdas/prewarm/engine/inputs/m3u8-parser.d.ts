/** The part of the parser's result that is read here; the package has no types. */
declare module 'm3u8-parser' {
  interface Located {
    readonly uri?: string;
  }
  export interface HlsSegment extends Located {
    readonly map?: Located;
    readonly key?: Located;
    readonly parts?: readonly Located[];
  }
  export interface HlsManifest {
    readonly playlists?: readonly Located[];
    readonly iFramePlaylists?: readonly Located[];
    /** By type (AUDIO, SUBTITLES, ...), group and name. */
    readonly mediaGroups?: Readonly<
      Record<string, Readonly<Record<string, Readonly<Record<string, Located>>>>>
    >;
    readonly segments: readonly HlsSegment[];
  }
  export class Parser {
    readonly manifest: HlsManifest;
    push(text: string): void;
    end(): void;
  }
}
