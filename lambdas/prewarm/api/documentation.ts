import * as z from 'zod';
import { failureBodySchema, gatewayBody } from './bodies';

/** A piece of the OpenAPI document. */
export type Json = Readonly<Record<string, unknown>>;

/** OpenAPI 3.0, not 3.1: what API Gateway imports. */
export const TARGET = 'openapi-3.0';

/** Groups of operations, in the order in which a reference shows them, each with what it is about. */
export const TAGS = {
  requests: 'Start, follow and stop what is to be warmed.',
  lists: 'Upload lists that are too long for a body.',
  reports: 'What came of a request that has ended.',
  fleet: 'Instances that warm.',
  service: 'What the service knows, and whether it answers.',
} as const;

/** A body under the name that the document's `components.schemas` have it by. */
export interface NamedSchema<S extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly schema: S;
}

export function named<S extends z.ZodType>(name: string, schema: S): NamedSchema<S> {
  return { name, schema };
}

/** What a media type carries: one of these bodies, any JSON object, or text. */
export type Content = readonly NamedSchema[] | 'object' | 'text';

export interface ResponseDoc {
  readonly description: string;
  /** By media type. @default - no body */
  readonly content?: Readonly<Record<string, Content>>;
}

/** Documentation of a route, from which its OpenAPI operation is made. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  /** What a caller has to know beside the summary. */
  readonly description: string;
  readonly tag: keyof typeof TAGS;
  /** True where no key is asked for. @default false */
  readonly isOpen?: boolean;
  readonly parameters?: readonly Json[];
  /** A JSON body, which may be compressed; or text, with its description. @default - no body */
  readonly body?: NamedSchema | { readonly text: string };
  /** By status. */
  readonly responses: Readonly<Record<string, ResponseDoc>>;
}

/** Returns the documentation of a response whose JSON body is one of these. */
export function answer(description: string, ...bodies: readonly NamedSchema[]): ResponseDoc {
  return { description, content: { 'application/json': bodies } };
}

export const FAILURE = named('Failure', failureBodySchema);

/** Where the gateway in front may respond as well as the route: the same body, with a time in the gateway's own format. */
export const GATEWAY_FAILURE = named('GatewayFailure', gatewayBody);

export const BAD = answer('The input is wrong; `message` names every field at fault.', FAILURE);
export const UNKNOWN = answer('No such request.', FAILURE);
export const NO_FLEET = answer('There is no fleet.', FAILURE);
export const UNKNOWN_OR_NO_FLEET = answer('No such request, or there is no fleet.', FAILURE);
export const always = {
  '403': answer('The x-api-key is missing or wrong, or the route is not known.', GATEWAY_FAILURE),
  '429': answer('Too many requests under this key; send it again later.', GATEWAY_FAILURE),
  '500': answer('Something broke here; the log has the reason.', GATEWAY_FAILURE),
  '502': answer('The function ended without an answer.', GATEWAY_FAILURE),
  '504': answer('The function took longer than the gateway waits.', GATEWAY_FAILURE),
};
/** Description of a 503 where the service on one machine stores what was sent. */
export const DISK_FULL = 'The disk of the service takes no more';
/** Responses of every route that reads a JSON body. */
export const withBody = {
  '413': answer('The body is too large, also after decompression.', GATEWAY_FAILURE),
  '415': answer('The Content-Encoding is not gzip.', FAILURE),
  '503': answer('Too many large bodies at a time; send it again later.', FAILURE),
};

export function pathParameter(name: string, description: string, schema: Json = { type: 'string' }): Json {
  return { name, in: 'path', required: true, description, schema };
}

export function queryParameters(schema: z.ZodObject): readonly Json[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const { description, ...rest } = z.toJSONSchema(field, { target: TARGET });
    return {
      name,
      in: 'query',
      required: !z.safeParse(field, undefined).success,
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

/** The query parameter `req_id`; optional here, since the compatible API has its own message for a missing one. */
export const requestIdParameter: Json = {
  name: 'req_id',
  in: 'query',
  required: true,
  description: 'Id of the request.',
  schema: { type: 'string' },
};
