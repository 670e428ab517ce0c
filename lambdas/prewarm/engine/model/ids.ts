/** Branded ids: a plain string of one kind cannot stand in for another. */
declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Id of one prewarm request: a UUID. */
export type RequestId = Brand<string, 'RequestId'>;
/** Code of a CloudFront point of presence, such as `FRA56-P4`. */
export type PopCode = Brand<string, 'PopCode'>;
/** Id of one slice inside its request: `<PoP code>.<segment index>`. */
export type SliceId = Brand<string, 'SliceId'>;

export const requestId = (text: string): RequestId => text as RequestId;
export const popCode = (text: string): PopCode => text as PopCode;
export const sliceId = (pop: PopCode, segmentIndex: number): SliceId => `${pop}.${segmentIndex}` as SliceId;
