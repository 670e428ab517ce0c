import * as z from 'zod';
import * as requests from './request-schemas';
import * as bodies from './response-schemas';
import { prewarmBodySchema } from './schemas';

/** A piece of the OpenAPI document. */
export type Json = Readonly<Record<string, unknown>>;

/** OpenAPI 3.0, not 3.1: what API Gateway imports. */
export const TARGET = 'openapi-3.0';

export const REQUEST_BODIES = {
  PrewarmBody: z.strictObject(prewarmBodySchema.shape),
  InstancesBody: requests.instancesBody,
  EstimateBody: prewarmBodySchema.extend(requests.estimateExtras.shape),
} as const;

export const ANSWER_BODIES = {
  Accepted: bodies.acceptedBody,
  InvalidUrls: bodies.invalidUrlsBody,
  Failure: bodies.failureBodySchema,
  GatewayFailure: bodies.gatewayBody,
  Success: bodies.successBody,
  Progress: bodies.progressBody,
  Summary: bodies.summaryBody,
  Capacity: bodies.capacityBody,
  Request: bodies.requestBody,
  RequestList: bodies.requestListBody,
  PopList: bodies.popListBody,
  Estimate: bodies.estimateBody,
  Report: bodies.reportBody,
  UploadPlace: bodies.uploadPlaceBody,
  Health: bodies.healthBody,
} as const;

type RequestName = keyof typeof REQUEST_BODIES;
type AnswerName = keyof typeof ANSWER_BODIES;

export function reference(name: RequestName | AnswerName): Json {
  return { $ref: `#/components/schemas/${name}` };
}

export function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

export function answer(description: string, name: AnswerName): Json {
  return {
    description,
    content: json(reference(name)),
  };
}

export function either(description: string, names: readonly AnswerName[]): Json {
  return {
    description,
    content: json({ oneOf: names.map(reference) }),
  };
}

export const TEXT: Json = { schema: { type: 'string' } };

export const FORBIDDEN = answer(
  'The x-api-key is missing or wrong, or the route is not known.',
  'GatewayFailure',
);
export const BAD = answer('The input is wrong; `message` names every field at fault.', 'Failure');
export const UNKNOWN = answer('No such request.', 'Failure');
const TOO_LARGE = answer('The body is too large, also after decompression.', 'Failure');
const WRONG_ENCODING = answer('The Content-Encoding is not gzip.', 'Failure');
const BROKEN = answer('Something broke here; the log has the reason.', 'Failure');

/** Each body may be compressed: `Content-Encoding: gzip`, or base64 of gzip in `input`. */
export function compressible(name: RequestName): Json {
  return {
    required: true,
    content: json({
      anyOf: [
        reference(name),
        {
          type: 'object',
          required: ['input'],
          properties: { input: { type: 'string', description: 'Base64 of the gzip-compressed body.' } },
        },
      ],
    }),
  };
}

export const requestIdParameter: Json = {
  name: 'req_id',
  in: 'query',
  required: true,
  description: 'Id of the request.',
  schema: { type: 'string' },
};

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

export const KEY_IS_NEEDED = [{ apiKey: [] }];
export const withBody = { '413': TOO_LARGE, '415': WRONG_ENCODING };
export const always = { '403': FORBIDDEN, '500': BROKEN };
