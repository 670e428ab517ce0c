/** Branded ids: a plain string of one kind cannot stand in for another. */
declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Id of one prewarm request: a UUID. */
export type RequestId = Brand<string, 'RequestId'>;
/** Code of a CloudFront point of presence, such as `FRA56-P4`. */
export type PopCode = Brand<string, 'PopCode'>;
/** Id of one slice inside its request: `<PoP code>.<segment index>`. */
export type SliceId = Brand<string, 'SliceId'>;

export function requestId(text: string): RequestId {
  return text as RequestId;
}

export function popCode(text: string): PopCode {
  return text as PopCode;
}

export function sliceId(pop: PopCode, segmentIndex: number): SliceId {
  return `${pop}.${segmentIndex}` as SliceId;
}

/** Returns the PoP of a slice. */
export function popOfSlice(slice: SliceId): PopCode {
  return popCode(slice.slice(0, slice.lastIndexOf('.')));
}
