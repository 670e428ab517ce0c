import * as z from 'zod';
import { version } from '../../../package.json';
import { MAX_URLS } from '../engine/request/limits';
import {
  ANSWER_BODIES,
  always,
  answer,
  BAD,
  compressible,
  either,
  FORBIDDEN,
  type Json,
  json,
  KEY_IS_NEEDED,
  queryParameters,
  REQUEST_BODIES,
  reference,
  requestIdParameter,
  TARGET,
  TEXT,
  UNKNOWN,
  withBody,
} from './openapi-parts';
import * as requests from './request-schemas';

const PATHS = {
  '/prewarm': {
    post: {
      operationId: 'submit',
      summary: 'Warm a list of URLs through points of presence',
      requestBody: compressible('PrewarmBody'),
      responses: {
        '200': answer('The request is stored and starts.', 'Accepted'),
        '400': either('Nothing is started.', ['InvalidUrls', 'Failure']),
        ...withBody,
        ...always,
      },
    },
    get: {
      operationId: 'progress',
      summary: 'How far a request is; the percentage counts fetches and never falls',
      parameters: [requestIdParameter],
      responses: { '200': answer('Where it stands.', 'Progress'), '400': BAD, '404': UNKNOWN, ...always },
    },
    delete: {
      operationId: 'stop',
      summary: 'Stop this request alone; stopping a stopped one is a success',
      parameters: [requestIdParameter],
      responses: {
        '200': answer('It is stopped.', 'Success'),
        '400': BAD,
        '404': UNKNOWN,
        '409': answer('It has finished already.', 'Failure'),
        ...always,
      },
    },
  },
  '/summary': {
    get: {
      operationId: 'summary',
      summary: 'What a request that has ended came to',
      parameters: [requestIdParameter],
      responses: {
        '200': answer('PoPs and URLs that failed, and a link to the failures.', 'Summary'),
        '400': BAD,
        '404': UNKNOWN,
        '409': answer('It has not ended.', 'Failure'),
        ...always,
      },
    },
  },
  '/instances': {
    get: {
      operationId: 'capacity',
      summary: 'Size of the fleet',
      responses: {
        '200': answer('Instances wanted.', 'Capacity'),
        '404': answer('There is no fleet.', 'Failure'),
        ...always,
      },
    },
    post: {
      operationId: 'setCapacity',
      summary: 'Set the size of the fleet; with force_stop also stop one request',
      requestBody: compressible('InstancesBody'),
      responses: {
        '200': answer('The size is set.', 'Success'),
        '400': BAD,
        '404': UNKNOWN,
        '409': answer('The request has ended already.', 'Failure'),
        ...withBody,
        ...always,
      },
    },
  },
  '/requests': {
    get: {
      operationId: 'list',
      summary: 'Requests, newest first',
      parameters: queryParameters(requests.listQuery),
      responses: { '200': answer('One page.', 'RequestList'), '400': BAD, ...always },
    },
  },
  '/requests/{id}': {
    get: {
      operationId: 'request',
      summary: 'Counts, bytes and latency of a request and of each of its PoPs',
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      responses: { '200': answer('All that is counted so far.', 'Request'), '404': UNKNOWN, ...always },
    },
  },
  '/pops': {
    get: {
      operationId: 'pops',
      summary: 'Known points of presence with their places',
      parameters: queryParameters(requests.popsQuery),
      responses: { '200': answer('PoPs, and the lists that name them.', 'PopList'), '400': BAD, ...always },
    },
  },
  '/estimate': {
    post: {
      operationId: 'estimate',
      summary: 'Requests, bytes, minutes and AWS cost of a request, without starting it',
      requestBody: compressible('EstimateBody'),
      responses: {
        '200': answer('The estimate and what it takes for granted.', 'Estimate'),
        '400': either('The request would be refused.', ['InvalidUrls', 'Failure']),
        ...withBody,
        ...always,
      },
    },
  },
  '/lists': {
    post: {
      operationId: 'createList',
      summary: `A place for a list that is too long for a body: up to ${MAX_URLS} URLs unless configured`,
      responses: {
        '200': answer(
          'PUT the list to upload_url, one URL per line, then send its list_id. A service on one machine takes it itself, with the x-api-key that it asks for everywhere.',
          'UploadPlace',
        ),
        ...always,
      },
    },
  },
  '/report': {
    get: {
      operationId: 'report',
      summary: 'The report of a request that has ended',
      parameters: queryParameters(requests.reportQuery),
      responses: {
        '200': {
          description: 'The report.',
          content: { 'text/csv': TEXT, ...json(reference('Report')), 'text/html': TEXT },
        },
        '302': { description: 'Where the report can be read for ten minutes.' },
        '400': BAD,
        '404': answer('No such request, or its report is not written yet.', 'Failure'),
        ...always,
      },
    },
  },
  '/health': {
    get: {
      operationId: 'health',
      summary: 'Whether the API answers',
      security: [],
      responses: { '200': answer('It does.', 'Health') },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'openapi',
      summary: 'This document',
      responses: {
        '200': { description: 'This document.', content: json({ type: 'object' }) },
        '403': FORBIDDEN,
      },
    },
  },
} as const;

/** Only where the API takes lists itself: on AWS they are put into the bucket. */
const LIST_UPLOAD = {
  '/lists/{id}': {
    put: {
      operationId: 'putList',
      summary: 'Upload a list to the place that POST /lists answered',
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }],
      requestBody: { required: true, description: 'One URL per line.', content: { 'text/plain': TEXT } },
      responses: {
        '200': answer('The list is stored.', 'Success'),
        '400': BAD,
        '413': answer('The list is too large.', 'Failure'),
        ...always,
      },
    },
  },
} as const;

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  // `id` names a schema among others in JSON Schema; OpenAPI names it by its place instead and does not know the key.
  const { $schema: _, id: __, ...rest } = z.toJSONSchema(schema, { target: TARGET, io });
  return rest;
}

export interface OpenApiOptions {
  /**
   * True where uploaded lists are put to the API itself.
   * @default false
   */
  readonly takesLists?: boolean;
}

/** The API as an OpenAPI document; the schemas are those by which bodies are read and tests check answers. */
export function openApiDocument({ takesLists = false }: OpenApiOptions = {}) {
  return {
    openapi: '3.0.3',
    info: {
      title: 'Warmpath prewarm',
      version,
      description: 'Warms CloudFront edges: every URL is downloaded through every point of presence.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    security: KEY_IS_NEEDED,
    paths: { ...PATHS, ...(takesLists && LIST_UPLOAD) },
    components: {
      securitySchemes: { apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' } },
      schemas: {
        ...Object.fromEntries(
          Object.entries(REQUEST_BODIES).map(([name, schema]) => [name, schemaOf(schema, 'input')]),
        ),
        ...Object.fromEntries(
          Object.entries(ANSWER_BODIES).map(([name, schema]) => [name, schemaOf(schema, 'output')]),
        ),
      },
    },
  };
}
