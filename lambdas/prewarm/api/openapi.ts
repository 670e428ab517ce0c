import * as z from 'zod';
import { version } from '../../../package.json';
import { type Content, type Json, type NamedSchema, type Operation, TAGS, TARGET } from './documentation';
import { ROUTES } from './routes';
import type { OptionalPart } from './routes/route';

function schemaOf({ schema }: NamedSchema, io: 'input' | 'output'): Json {
  // `id` names a schema among others in JSON Schema; OpenAPI names it by its place instead and does not know the key.
  const { $schema: _, id: __, ...rest } = z.toJSONSchema(schema, { target: TARGET, io });
  return rest;
}

/** Puts bodies into `components.schemas`, each once, where they are referred to. */
class Components {
  readonly schemas: Record<string, Json> = {};
  private readonly bodies = new Map<string, NamedSchema['schema']>();

  reference(body: NamedSchema, io: 'input' | 'output'): Json {
    const known = this.bodies.get(body.name);
    if (known !== undefined && known !== body.schema)
      throw new Error(`two bodies are named ${body.name}; rename one`);
    this.bodies.set(body.name, body.schema);
    this.schemas[body.name] ??= schemaOf(body, io);
    return { $ref: `#/components/schemas/${body.name}` };
  }

  content(content: Content): Json {
    if (typeof content === 'string') return { schema: { type: content === 'text' ? 'string' : content } };
    const [only, ...others] = content.map((body) => this.reference(body, 'output'));
    return { schema: others.length === 0 ? only : { oneOf: [only, ...others] } };
  }

  /** Each JSON body may be compressed: `Content-Encoding: gzip`, or base64 of gzip in `input`. */
  requestBody(body: NonNullable<Operation['body']>): Json {
    if ('text' in body)
      return { required: true, description: body.text, content: { 'text/plain': this.content('text') } };
    const packed = {
      type: 'object',
      required: ['input'],
      properties: { input: { type: 'string', description: 'Base64 of the gzip-compressed body.' } },
    };
    const schema = { anyOf: [this.reference(body, 'input'), packed] };
    return { required: true, content: { 'application/json': { schema } } };
  }

  operation({ operationId, summary, description, tag, isOpen, parameters, body, responses }: Operation) {
    return {
      operationId,
      summary,
      description,
      tags: [tag],
      ...(isOpen && { security: [] }),
      ...(parameters && { parameters }),
      ...(body && { requestBody: this.requestBody(body) }),
      responses: Object.fromEntries(
        Object.entries(responses).map(([status, { description: meaning, content }]) => [
          status,
          {
            description: meaning,
            ...(content && {
              content: Object.fromEntries(
                Object.entries(content).map(([type, carried]) => [type, this.content(carried)]),
              ),
            }),
          },
        ]),
      ),
    };
  }
}

export interface OpenApiOptions {
  /**
   * Whether the application has a part that it may leave out: uploaded lists are put to the API itself, requests are followed.
   * @default - it has none
   */
  readonly has?: (part: OptionalPart) => boolean;
}

/** Where the API is: behind API Gateway, or on one machine. */
const SERVERS = [
  {
    url: 'https://{api}.execute-api.{region}.amazonaws.com/prod',
    description: 'A deployed service: the output `prewarm_endpoint` of its stack.',
    variables: {
      api: { default: 'abcdefghij', description: 'Id of the REST API.' },
      region: { default: 'us-east-1', description: 'Region of the deployment.' },
    },
  },
  { url: 'http://127.0.0.1:8080', description: '`warmpath prewarm serve`, unless told another port.' },
];

/** Returns the API as an OpenAPI document, from the table of routes; the schemas are those by which bodies are read. */
export function openApiDocument({ has = () => false }: OpenApiOptions = {}) {
  const components = new Components();
  const paths: Record<string, Record<string, ReturnType<Components['operation']>>> = {};
  for (const { method, path, operation, needs } of ROUTES) {
    if (needs !== undefined && !has(needs)) continue;
    paths[path] = { ...paths[path], [method]: components.operation(operation) };
  }
  return {
    openapi: '3.0.3',
    info: {
      title: 'Warmpath prewarm',
      version,
      description: 'Warms CloudFront edges: every URL is downloaded through every point of presence.',
      contact: { name: 'Whoever operates this deployment' },
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: SERVERS,
    security: [{ apiKey: [] }],
    tags: Object.entries(TAGS).map(([name, about]) => ({ name, description: about })),
    paths,
    components: {
      securitySchemes: {
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'x-api-key',
          description: 'A deployed service always asks for it, one on one machine where it was given a key.',
        },
      },
      schemas: components.schemas,
    },
  };
}
